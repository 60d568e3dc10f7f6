"""With REQUIRE_TLS the process starts only where every server has to prove who it is; one line says what is missing."""

import pytest
from typer.testing import CliRunner

from query_api.__main__ import app
from query_api.settings import MigrateSettings

SAFE = {
    "REQUIRE_TLS": "true",
    "HOST": "192.0.2.1",  # nobody's: what should be refused and is not ends here
    "DATABASE_URL": "postgresql://db/orders?sslmode=verify-full",
    "PAGE_TOKEN_SECRET": "a secret that is long enough for a test",
}


def start(verb: str, **settings: str) -> tuple[int, str, str]:
    """Exit status, standard output and standard error."""
    given = {f"QUERY_API_{name}": value for name, value in (SAFE | settings).items()}
    ran = CliRunner().invoke(app, verb.split(), env=given)
    return ran.exit_code, ran.stdout, ran.stderr


@pytest.mark.parametrize("verb", ["serve", "migrate"])
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
    assert said.startswith("query-api: QUERY_API_DATABASE_URL: ")
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
    assert MigrateSettings(database_url=url, require_tls=True).database_url == url


def test_without_it_the_urls_say_how_servers_are_reached() -> None:
    assert not MigrateSettings(database_url="postgresql:///orders").require_tls


def test_a_word_that_is_neither_yes_nor_no_is_refused() -> None:
    status, _, said = start("serve", REQUIRE_TLS="perhaps")
    assert status == 2
    assert said.startswith("query-api: QUERY_API_REQUIRE_TLS: ")
