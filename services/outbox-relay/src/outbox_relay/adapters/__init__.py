"""The engines behind the ports: Postgres, Redis, Prometheus."""
