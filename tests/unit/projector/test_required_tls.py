"""With REQUIRE_TLS the process starts only where every server has to prove who it is; one line says what is missing."""

import pytest
from typer.testing import CliRunner

from projector.__main__ import app
from projector.settings import Settings

SAFE = {
    "REQUIRE_TLS": "true",
    "HOST": "192.0.2.1",  # nobody's: what should be refused and is not ends here
    "DATABASE_URL": "postgresql://db/orders?sslmode=verify-full",
    "REDIS_URL": "rediss://redis/0",
}


def start(verb: str, **settings: str) -> tuple[int, str, str]:
    """Exit status, standard output and standard error."""
    given = {f"PROJECTOR_{name}": value for name, value in (SAFE | settings).items()}
    ran = CliRunner().invoke(app, verb.split(), env=given)
    return ran.exit_code, ran.stdout, ran.stderr


@pytest.mark.parametrize("verb", ["run", "parked list", "parked retry --all"])
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
    monkeypatch: pytest.MonkeyPatch, verb: str, url: str
) -> None:
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    monkeypatch.setenv("PGHOST", "db")
    status, out, said = start(verb, DATABASE_URL=url)
    assert (status, out) == (2, "")
    assert said.endswith("REQUIRE_TLS asks for a host and for sslmode=verify-full\n")
    assert said.startswith("projector: PROJECTOR_DATABASE_URL: ")
    assert said.count("\n") == 1


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
def test_a_redis_that_need_not_prove_its_name_is_refused(url: str) -> None:
    status, out, said = start("run", REDIS_URL=url)
    assert (status, out) == (2, "")
    assert said.startswith("projector: PROJECTOR_REDIS_URL: ")
    assert said.endswith("REQUIRE_TLS asks for rediss://, with certificate and host name verified\n")
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://db/orders?sslmode=verify-full",
        "postgres://user:word@db:5433/orders?sslmode=verify-full&sslrootcert=/ca.crt&options=-cjit%3Doff",
        "postgresql://one,two:5433/orders?sslmode=verify-full",
    ],
)
def test_a_database_that_has_to_prove_its_name_is_taken(url: str) -> None:
    assert Settings(database_url=url, redis_url=SAFE["REDIS_URL"], require_tls=True).database_url == url


@pytest.mark.parametrize(
    "url",
    [
        "rediss://redis:6380/0",
        "rediss://u:w@redis/0?ssl_ca_certs=/ca.crt&ssl_cert_reqs=required&ssl_check_hostname=yes",
    ],
)
def test_a_redis_that_has_to_prove_its_name_is_taken(url: str) -> None:
    assert Settings(database_url=SAFE["DATABASE_URL"], redis_url=url, require_tls=True).redis_url == url


def test_without_it_the_urls_say_how_servers_are_reached() -> None:
    assert not Settings(database_url="postgresql:///orders", redis_url="redis://redis").require_tls


def test_a_word_that_is_neither_yes_nor_no_is_refused() -> None:
    status, _, said = start("run", REQUIRE_TLS="perhaps")
    assert status == 2
    assert said.startswith("projector: PROJECTOR_REQUIRE_TLS: ")
