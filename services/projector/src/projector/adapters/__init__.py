"""The ports on real technology: Redis Streams, Postgres, Prometheus."""
