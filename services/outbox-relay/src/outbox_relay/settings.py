"""What an operator may set, by environment variables that begin with OUTBOX_RELAY_."""

from typing import Annotated, Literal

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


def _libpq_url(value: str) -> str:
    if not value.startswith(("postgresql://", "postgres://")):
        raise ValueError("must be a libpq URL, postgresql://...")
    try:
        conninfo_to_dict(value)
    except ProgrammingError as error:
        raise ValueError(str(error).strip()) from error
    return value


DatabaseUrl = Annotated[str, AfterValidator(_libpq_url)]
RedisUrl = Annotated[str, Field(pattern=r"^(redis|rediss|unix)://")]


class Settings(BaseSettings):
    """Read once, at start; frozen afterwards."""

    model_config = SettingsConfigDict(env_prefix="OUTBOX_RELAY_", frozen=True)

    database_url: DatabaseUrl
    """The write database, as a libpq URL."""
    redis_url: RedisUrl
    host: str = "127.0.0.1"
    """Where the probes and metrics are served."""
    port: Annotated[int, Field(ge=1, le=65_535)] = 8003
    poll_seconds: Annotated[float, Field(gt=0, le=1)] = 0.002
    """How long the relay rests when the log has nothing new."""
    stream_length: Annotated[int, Field(ge=100)] = 100_000
    """How many entries a partition's stream keeps. What is gone from it is still in the log."""
    stream_window: Annotated[int, Field(ge=0)] = 10_000
    """How many entries stay behind what the slowest consumer group of a stream has passed."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "json", "console"] = "auto"
