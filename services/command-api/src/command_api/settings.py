"""What an operator may set, by environment variables that begin with COMMAND_API_."""

from typing import Annotated, Literal

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from pydantic import AfterValidator, Field, ValidationInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

from orders_domain.values import parse_currency


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
CurrencyCode = Annotated[str, AfterValidator(parse_currency)]
HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,63}$")]


class Settings(BaseSettings):
    """Read once, at start; frozen afterwards."""

    model_config = SettingsConfigDict(env_prefix="COMMAND_API_", frozen=True)

    require_tls: bool = False
    """Start only where every server is reached over TLS and has to prove its name. Declared before what it rules."""
    database_url: DatabaseUrl
    """The write database, as a libpq URL."""
    pool_size: Annotated[int, Field(ge=2, le=100)] = 10
    """How many connections one process may open."""
    pool_wait_seconds: Annotated[float, Field(gt=0, le=60)] = 2.0
    """How long a command waits for a connection before it is answered 503."""
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65_535)] = 8001
    drain_seconds: Annotated[float, Field(ge=0, le=60)] = 0
    """How long after SIGTERM requests go on being taken, while /readyz says 503: for gateways that have to notice."""
    shutdown_seconds: Annotated[int, Field(ge=1, le=300)] = 8
    """How long requests in flight may take to end after SIGTERM."""
    partitions: Annotated[int, Field(ge=1, le=1_024)] = 8
    """How many partitions the log has. Counts at the first migration; another value is refused ever after."""
    migration_lock_seconds: Annotated[float, Field(gt=0, le=60)] = 1.0
    """How long `migrate` waits for a lock, and commands behind it, before it gives way: less than these can wait."""
    migration_attempts: Annotated[int, Field(ge=1, le=1_000)] = 20
    """How often `migrate` tries to get its locks before it gives up."""
    default_currency: CurrencyCode = "EUR"
    """Of an order that names none and has no items."""
    actor_header: HeaderName | None = None
    """A header, set by a trusted gateway, that says who asks. Without it the actor of an event is null."""
    require_if_match: bool = False
    """Answer 428 to a change that does not say which version it is for."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "json", "console"] = "auto"
