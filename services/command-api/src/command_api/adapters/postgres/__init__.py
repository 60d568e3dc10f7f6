"""Aggregates and the log in Postgres: statements built once, run on psycopg."""
