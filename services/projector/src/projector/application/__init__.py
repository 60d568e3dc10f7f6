"""What the projector does, without a word about Redis, Postgres or HTTP."""
