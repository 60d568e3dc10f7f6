"""What an operator may set, by environment variables that begin with PROJECTOR_."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from pydantic import AfterValidator, Field, ValidationInfo
from pydantic_settings import BaseSettings, SettingsConfigDict
from redis.asyncio.connection import SSLConnection, parse_url

GENERATION: Final = "g[1-9][0-9]{0,8}"
"""What a generation may be called, as a regular expression."""


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


def _redis_url(value: str) -> str:
    parse_url(value)
    return value


def _redis_over_verified_tls(value: str, info: ValidationInfo) -> str:
    said: Mapping[str, object] = parse_url(value)
    verified = said.get("ssl_cert_reqs", "required") == "required" and said.get("ssl_check_hostname", True)
    if info.data.get("require_tls") and (said.get("connection_class") is not SSLConnection or not verified):
        raise ValueError("REQUIRE_TLS asks for rediss://, with certificate and host name verified")
    return value


DatabaseUrl = Annotated[str, AfterValidator(_libpq_url), AfterValidator(_over_verified_tls)]
RedisUrl = Annotated[str, AfterValidator(_redis_url), AfterValidator(_redis_over_verified_tls)]


class Settings(BaseSettings):
    """Read once, at start; frozen afterwards."""

    model_config = SettingsConfigDict(env_prefix="PROJECTOR_", frozen=True)

    require_tls: bool = False
    """Start only where every server is reached over TLS and has to prove its name. Declared before what it rules."""
    database_url: DatabaseUrl
    """The read database, as a libpq URL."""
    redis_url: RedisUrl
    generation: Annotated[str, Field(pattern=f"^{GENERATION}$")] = "g1"
    """Which generation of read models is kept: a schema in the read database, and the consumer group's name."""
    host: str = "127.0.0.1"
    """Where the probes and metrics are served."""
    port: Annotated[int, Field(ge=1, le=65_535)] = 8004
    read_count: Annotated[int, Field(ge=1, le=10_000)] = 250
    """How many events of each partition are taken into one transaction at most; out of replays also more, up to 8,000
    of all partitions. Bounds memory.
    """
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "json", "console"] = "auto"
