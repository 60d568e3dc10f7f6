"""What an operator may set, by environment variables that begin with QUERY_API_."""

from typing import Annotated, Literal

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from pydantic import AfterValidator, Field, SecretStr, ValidationInfo
from pydantic_settings import BaseSettings, SettingsConfigDict


def _libpq_url(value: str) -> str:
    if not value.startswith(("postgresql://", "postgres://")):
        raise ValueError("must be a libpq URL, postgresql://...")
    try:
        conninfo_to_dict(value)
    except ProgrammingError as error:
        raise ValueError(str(error).strip()) from error
    return value


def _over_verified_tls(value: str, info: ValidationInfo) -> str:
    """Only what the URL itself says counts: PGSSLMODE is not asked, and no host means a socket, or what PGHOST says."""
    said = conninfo_to_dict(value)
    hosts = str(said.get("host") or "").split(",")
    if info.data.get("require_tls") and (
        said.get("sslmode") != "verify-full" or any(not host or host.startswith(("/", "@")) for host in hosts)
    ):
        raise ValueError("REQUIRE_TLS asks for a host and for sslmode=verify-full")
    return value


DatabaseUrl = Annotated[str, AfterValidator(_libpq_url), AfterValidator(_over_verified_tls)]


class MigrateSettings(BaseSettings):
    """What `migrate` needs. Read once, at start; frozen afterwards."""

    model_config = SettingsConfigDict(env_prefix="QUERY_API_", frozen=True)

    require_tls: bool = False
    """Start only where every server is reached over TLS and has to prove its name. Declared before what it rules."""
    database_url: DatabaseUrl
    """The read database, as a libpq URL."""
    migration_lock_seconds: Annotated[float, Field(gt=0, le=60)] = 0.5
    """How long `migrate` waits for a lock, and questions behind it, before it gives way: less than these can wait."""
    migration_attempts: Annotated[int, Field(ge=1, le=1_000)] = 20
    """How often `migrate` tries to get its locks before it gives up."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "json", "console"] = "auto"


class Settings(MigrateSettings):
    """What `serve` needs."""

    page_token_secret: Annotated[SecretStr, Field(min_length=32)]
    """Signs page tokens; the same in all replicas."""
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65_535)] = 8002
    drain_seconds: Annotated[float, Field(ge=0, le=60)] = 0
    """How long after SIGTERM requests go on being taken, while /readyz says 503: for gateways that have to notice."""
    pool_size: Annotated[int, Field(ge=1, le=100)] = 6
    """Connections to the read database, one more for notifications not counted."""
    max_waiting_reads: Annotated[int, Field(ge=1)] = 10_000
    """How many reads may wait at once for a version that has not arrived yet; one more is answered 503."""
    max_streams: Annotated[int, Field(ge=0)] = 1_000
    """How many event streams may be open at once; one more is answered 503. Each takes a connection."""
    stream_heartbeat_seconds: Annotated[float, Field(gt=0, le=60)] = 15
    """After so much silence a comment is sent: less than what a proxy in between takes for a dead connection."""
    stream_patience_seconds: Annotated[float, Field(gt=0, le=300)] = 10
    """How long a client may take to read what a stream has sent; then it is cut off, and may come back."""
    stream_life_seconds: Annotated[float, Field(gt=0)] = 3_600
    """How long a stream lasts, give or take a tenth. Clients come back by themselves, to whichever process there is."""
