"""With REQUIRE_TLS each of the four starts only where every server has to prove its name."""

from importlib import import_module
from typing import Any, Final

import pytest
from typer.testing import CliRunner

from tests.architecture.outer import SERVICES, Service

VERBS: Final = {
    "command-api": ("serve", "migrate"),
    "outbox-relay": ("run", "new-epoch", "adopt"),
    "projector": ("run", "parked list", "parked retry --all"),
    "query-api": ("serve", "migrate"),
}
SAFE: Final = {
    "require_tls": "true",
    "host": "192.0.2.1",  # nobody's: what should be refused and is not ends here
    "database_url": "postgresql://db/orders?sslmode=verify-full",
    "redis_url": "rediss://redis/0",
    "page_token_secret": "a secret that is long enough for a test",
}
_BY_NAME: Final = {service.name: service for service in SERVICES}
each_service: Final = pytest.mark.parametrize("service", SERVICES, ids=list(_BY_NAME))
each_with_redis: Final = pytest.mark.parametrize(
    "service", [_BY_NAME["outbox-relay"], _BY_NAME["projector"]], ids=["outbox-relay", "projector"]
)
each_verb: Final = pytest.mark.parametrize(
    ("service", "verb"),
    [pytest.param(_BY_NAME[name], verb, id=f"{name} {verb}") for name, verbs in VERBS.items() for verb in verbs],
)


def start(service: Service, verb: str, **settings: str) -> tuple[int, str, str]:
    """Exit status, standard output and standard error."""
    app = import_module(f"{service.module}.__main__").app
    given = {f"{service.prefix}{name.upper()}": value for name, value in (SAFE | settings).items()}
    ran = CliRunner().invoke(app, verb.split(), env=given)
    return ran.exit_code, ran.stdout, ran.stderr


def taken(service: Service, **settings: str) -> dict[str, object]:
    """The settings as the service has them. Raises ValueError."""
    known = service.settings.model_fields.keys()
    given: dict[str, Any] = {name: value for name, value in (SAFE | settings).items() if name in known}
    return service.settings(**given).model_dump()


@each_verb
@pytest.mark.parametrize(
    "url",
    [
        "postgresql://db/orders",
        "postgresql://db/orders?sslmode=require",
        "postgresql://db/orders?sslmode=verify-ca&sslrootcert=/ca.crt",
        "postgresql://db/orders?sslmode=verify-full&sslmode=disable",
        "postgresql:///orders?sslmode=verify-full",
        "postgresql:///orders?host=/run/postgresql&sslmode=verify-full",
        "postgresql://db,/orders?sslmode=verify-full",
    ],
)
def test_a_database_that_need_not_prove_its_name_is_refused_whatever_the_environment_says(
    monkeypatch: pytest.MonkeyPatch, service: Service, verb: str, url: str
) -> None:
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    monkeypatch.setenv("PGHOST", "db")
    status, out, said = start(service, verb, database_url=url)
    assert (status, out) == (2, "")
    assert said.endswith("REQUIRE_TLS asks for a host and for sslmode=verify-full\n")
    assert said.startswith(f"{service.name}: {service.prefix}DATABASE_URL: ")
    assert said.count("\n") == 1


@each_with_redis
@pytest.mark.parametrize(
    "url",
    [
        "redis://redis/0",
        "redis://redis/0?ssl_cert_reqs=required",
        "unix:///run/redis.sock",
        "rediss://redis/0?ssl_cert_reqs=none",
        "rediss://redis/0?ssl_cert_reqs=optional",
        "rediss://redis/0?ssl_check_hostname=false",
        "rediss://redis/0?ssl_check_hostname=0&ssl_ca_certs=/ca.crt",
    ],
)
def test_a_redis_that_need_not_prove_its_name_is_refused(service: Service, url: str) -> None:
    status, out, said = start(service, "run", redis_url=url)
    assert (status, out) == (2, "")
    assert said.startswith(f"{service.name}: {service.prefix}REDIS_URL: ")
    assert said.endswith("REQUIRE_TLS asks for rediss://, with certificate and host name verified\n")
    assert said.count("\n") == 1


@each_service
@pytest.mark.parametrize(
    "url",
    [
        "postgresql://db/orders?sslmode=verify-full",
        "postgres://user:word@db:5433/orders?sslmode=verify-full&sslrootcert=/ca.crt&options=-cjit%3Doff",
        "postgresql://one,two:5433/orders?sslmode=verify-full",
    ],
)
def test_a_database_that_has_to_prove_its_name_is_taken(service: Service, url: str) -> None:
    assert taken(service, database_url=url)["database_url"] == url


@each_with_redis
@pytest.mark.parametrize(
    "url",
    [
        "rediss://redis:6380/0",
        "rediss://u:w@redis/0?ssl_ca_certs=/ca.crt&ssl_cert_reqs=required&ssl_check_hostname=yes",
    ],
)
def test_a_redis_that_has_to_prove_its_name_is_taken(service: Service, url: str) -> None:
    assert taken(service, redis_url=url)["redis_url"] == url


@each_service
def test_without_it_the_urls_say_how_servers_are_reached(service: Service) -> None:
    plain = {"require_tls": "false", "database_url": "postgresql:///orders", "redis_url": "redis://redis"}
    assert taken(service, **plain)["database_url"] == "postgresql:///orders"


@each_service
def test_a_word_that_is_neither_yes_nor_no_is_refused(service: Service) -> None:
    status, _, said = start(service, service.verb, require_tls="perhaps")
    assert status == 2
    assert said.startswith(f"{service.name}: {service.prefix}REQUIRE_TLS: ")
