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


def _http_url(value: str, info: ValidationInfo) -> str:
    import httpx  # noqa: PLC0415 - slow to import, and most set no such URL

    try:
        url = httpx.URL(value)
        url.host.encode("idna")  # as the look-up of the name will
    except (httpx.InvalidURL, UnicodeError) as error:
        raise ValueError(str(error)) from error
    if url.scheme not in {"http", "https"} or not url.host or url.fragment or not 0 < (url.port or 1) < 65_536:
        raise ValueError("must be a URL, http://... or https://..., with a host and no fragment")
    if info.data.get("require_tls") and url.scheme != "https":
        raise ValueError("REQUIRE_TLS asks for https://")
    return value


DatabaseUrl = Annotated[str, AfterValidator(_libpq_url), AfterValidator(_over_verified_tls)]
HttpUrl = Annotated[str, AfterValidator(_http_url)]
Patience = Annotated[float, Field(gt=0, le=30)]
"""Much less than a reservation is held for (HOLD_SECONDS), or it would be undone while it is asked for."""
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
    require_idempotency_key: bool = False
    """Answer 400 to a command without an Idempotency-Key."""
    idempotency_key_hours: Annotated[int, Field(ge=24, le=8_760)] = 24
    """How long, at least, the answer to a command with an Idempotency-Key is kept."""
    accepted_at_once: Annotated[int, Field(ge=1, le=1_000)] = 8
    """How many commands that were accepted for later one process runs at a time."""
    accepted_attempts: Annotated[int, Field(ge=1, le=1_000)] = 10
    """How often such a command is begun before it ends as failed, where it fails for technical reasons."""
    accepted_lease_seconds: Annotated[float, Field(gt=0, le=3_600)] = 30.0
    """After how long a process that has begun such a command is thought dead, and another one begins it anew."""
    draft_idle_hours: Annotated[int, Field(ge=0, le=87_600)] = 720
    """After how long a draft that nobody has touched expires; 0: never."""
    review_hours: Annotated[int, Field(ge=0, le=8_760)] = 0
    """After how long a review that nobody has ended is declined, counted from the order's last change; 0: never."""
    fraud_check_url: HttpUrl | None = None
    """A fraud check that is asked before an order is confirmed, by POST. Without it every order is approved."""
    fraud_check_timeout_seconds: Patience = 2.0
    """How long it may take, all attempts together."""
    fraud_check_when_down: Literal["hold", "refuse"] = "hold"
    """What becomes of a confirmation when it does not answer: the order is held for review, or the answer is 503."""
    inventory_url: HttpUrl | None = None
    """An inventory that holds the units of orders, told by POST. Without it they are held in the write database."""
    inventory_timeout_seconds: Patience = 2.0
    """How long one move of units may take there, all attempts together."""
    outside_proxy_from_environment: bool = False
    """Go to these two through the proxy that HTTP_PROXY and the like name, which otherwise count for nothing."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "json", "console"] = "auto"
