"""Numbers the outbox of the write database and carries it to Redis Streams."""
