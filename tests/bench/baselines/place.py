"""Where a baseline finds its database: two variables of the environment, set by the bench."""

import os


def database_url() -> str:
    """A libpq URL."""
    return os.environ["BENCH_DATABASE_URL"]


def pool_size() -> int:
    """How many connections the process may open: as many as the service that it is compared with."""
    return int(os.environ["BENCH_POOL_SIZE"])
