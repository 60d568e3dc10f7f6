"""The parts of this system, in the order in which `status` lists them."""

import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from stack import postgres, valkey
from stack.database_users import admit, url_for
from stack.gateway import SEARCHED, gateway
from stack.launching import Command
from stack.live_generation import live_generation
from stack.parts import Part, Program, Server, Site
from stack.postgres import PostgresServer
from stack.readiness import ask_summary
from stack.redis_users import OF_SERVICE, as_admin, kept_users
from stack.services import ServiceServer, address_on, module_command, page_token_secret, service
from stack.tour import curl_tour
from stack.valkey import ValkeyServer

ENGINES, SERVICES, GATEWAY = 0, 1, 2
READ_SCHEMA = "live"


def _service_part(
    name: str,
    counted_as: str,
    port: int,
    stops: int,
    make: Callable[[Site, int], Server],
    *,
    migrate: Callable[[Site], Command] | None = None,
    owns: str | None = None,
) -> Part:
    admits = None if owns is None else partial(admit, database=owns)
    return Part(
        name, port, SERVICES, stops, make, address_on,
        migrate=migrate, admit=admits, summary=ask_summary, counted_as=counted_as,
    )  # fmt: skip


def _postgres_part(name: str, port: int, given_by: str, told: Callable[[str], str]) -> Part:
    def make(site: Site, chosen: int) -> PostgresServer:
        return PostgresServer(site.lodging.folder / name, chosen, site.lodging.binaries.postgres, site.lodging.account)

    return Part(name, port, ENGINES, 9, make, postgres.url_on, given_by=given_by, reach=postgres.reach, told=told)


def _make_redis(site: Site, port: int) -> ValkeyServer:
    folder, lodging = site.lodging.folder / "redis", site.lodging
    return ValkeyServer(folder, port, lodging.binaries.valkey, lodging.account, users=kept_users(site.data))


_REDIS = Part(
    "redis", 6391, ENGINES, 9, _make_redis, valkey.url_on,
    given_by="STACK_REDIS_URL", if_given=": outbox-relay and projector go there as its user, and not as their own",
    reach=valkey.reach, as_admin=as_admin,
)  # fmt: skip


def with_search_path(url: str, schema: str = READ_SCHEMA) -> str:
    """The libpq URL with `schema` on the search_path, unless it brings options of its own."""
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    if any(name == "options" for name, _ in query):
        return url
    return urlunsplit(
        parts._replace(query=urlencode([*query, ("options", f"-csearch_path={schema}")], quote_via=quote))
    )


def _unchanged(url: str) -> str:
    return url


def _command_api(site: Site, port: int) -> Server:
    settings = {"DATABASE_URL": url_for(site, "command-api", "write-db")}
    if "fraud-check" in site.urls:
        settings["FRAUD_CHECK_URL"] = f"{site.urls['fraud-check']}/assess"
    return service(site, "command_api", "serve", port, settings)


def _fraud_check(site: Site, port: int) -> Server:
    command = Command([sys.executable, "-P", "-m", "stack.fraud_check", str(port)], {"PATH": SEARCHED}, site.data)
    return ServiceServer(address_on(port), command)


def _query_api(site: Site, port: int) -> Server:
    url = url_for(site, "query-api", "read-db")
    settings = {"DATABASE_URL": url, "PAGE_TOKEN_SECRET": page_token_secret(site.data)}
    return service(site, "query_api", "serve", port, settings)


def _redis_url(site: Site, service: str) -> str:
    given = _REDIS.given_url(site.environment)
    return given or kept_users(site.data).url(site.urls["redis"], OF_SERVICE[service])


def _outbox_relay(site: Site, port: int) -> Server:
    settings = {
        "DATABASE_URL": url_for(site, "outbox-relay", "write-db"),
        "REDIS_URL": _redis_url(site, "outbox-relay"),
    }
    return service(site, "outbox_relay", "run", port, settings)


def _projector(site: Site, port: int, generation: str | None = None) -> Server:
    settings = {
        "DATABASE_URL": url_for(site, "projector", "read-db"),
        "REDIS_URL": _redis_url(site, "projector"),
        "GENERATION": generation or live_generation(site.urls["read-db"]),
    }
    return service(site, "projector", "run", port, settings)


def _migrate_command_api(site: Site) -> Command:
    return module_command(site, "command_api", "migrate", {"DATABASE_URL": site.urls["write-db"]})


def _migrate_query_api(site: Site) -> Command:
    settings = {"DATABASE_URL": site.urls["read-db"], "PAGE_TOKEN_SECRET": page_token_secret(site.data)}
    return module_command(site, "query_api", "migrate", settings)


_PROJECTOR = _service_part("projector", "projectors", 8004, 4, _projector)


def projector_of(generation: str) -> Part:
    """A projector more, of this generation whichever is live."""
    name = f"{_PROJECTOR.name}-{generation}"
    return replace(_PROJECTOR, name=name, make=partial(_projector, generation=generation), counted_as=None)


PARTS = (
    _postgres_part("write-db", 5541, "STACK_WRITE_DATABASE_URL", _unchanged),
    _postgres_part("read-db", 5542, "STACK_READ_DATABASE_URL", with_search_path),
    _REDIS,
    _service_part("command-api", "command-apis", 8001, 2, _command_api, migrate=_migrate_command_api, owns="write-db"),
    _service_part("outbox-relay", "relays", 8003, 3, _outbox_relay),
    _PROJECTOR,
    _service_part("query-api", "query-apis", 8002, 1, _query_api, migrate=_migrate_query_api, owns="read-db"),
    Part("gateway", 8000, GATEWAY, 0, gateway, address_on),
)

EXTRAS = {"fraud": Part("fraud-check", 8005, ENGINES, 8, _fraud_check, address_on, summary=ask_summary)}

ORDERS = Program(parts=PARTS, argv=(sys.executable, "-m", "stack"), tour=curl_tour, extras=EXTRAS, beside=projector_of)
