"""The databases of the Cluster resources on a real Postgres: their owner can migrate, their users can work."""

from collections.abc import Iterator
from typing import Any, Final

import psycopg
import pytest
from psycopg import sql

from command_api.migrations.run import migrate as migrate_write
from query_api.migrations.run import migrate as migrate_read
from stack.engines import start_postgres
from tests.conftest import PARTITIONS
from tests.contract.kubernetes.manifests import named

SIDES: Final = ("write-db", "read-db")
CREATE: Final = "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING {} LOCALE_PROVIDER {} BUILTIN_LOCALE {}"
LOCALE: Final = "SELECT datlocprovider, datlocale, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = %s"


def spec(side: str) -> Any:
    return named("Cluster", side, "production")["spec"]


@pytest.fixture(scope="module")
def clusters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Each database with the users and the owner of its resource, and with nothing in it; the owner's URL of each.

    As CloudNativePG does, nobody of them may make roles.
    """
    urls = {}
    with start_postgres(tmp_path_factory.mktemp("clusters"), durable=False) as server:
        with psycopg.connect(server.url, autocommit=True) as admin:
            admin.execute("CREATE ROLE orders_owner LOGIN")
            for side in SIDES:
                start, name = spec(side)["bootstrap"]["initdb"], side.replace("-", "_")
                how = [sql.Literal(start[field]) for field in ("encoding", "localeProvider", "builtinLocale")]
                admin.execute(sql.SQL(CREATE).format(sql.Identifier(name), sql.Identifier(start["owner"]), *how))
                for role in spec(side)["managed"]["roles"]:
                    _make(admin, role)
                urls[side] = f"postgresql://{start['owner']}@127.0.0.1:{server.port}/{name}"
        yield urls


def _make(admin: psycopg.Connection[Any], role: dict[str, Any]) -> None:
    assert role["login"] is True
    admin.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role["name"])))
    for group in role.get("inRoles", ()):
        admin.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(group), sql.Identifier(role["name"])))


@pytest.fixture(scope="module")
def migrated(clusters: dict[str, str]) -> dict[str, str]:
    """The same, as the migration Jobs leave them."""
    migrate_write(clusters["write-db"], PARTITIONS)
    migrate_read(clusters["read-db"])
    return clusters


def as_user(url: str, user: str) -> psycopg.Connection[Any]:
    return psycopg.connect(url.replace("orders_owner@", f"{user}@"))


USERS: Final = [(side, role["name"]) for side in SIDES for role in spec(side)["managed"]["roles"]]


@pytest.mark.parametrize(("side", "user"), USERS)
def test_every_user_gets_into_his_database_and_into_no_other(migrated: dict[str, str], side: str, user: str) -> None:
    (other,) = [one for one in SIDES if one != side]
    with as_user(migrated[side], user) as connection:
        assert connection.execute("SELECT current_user").fetchone() == (user,)
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        as_user(migrated[other], user)


def test_keda_may_ask_what_its_trigger_asks(migrated: dict[str, str]) -> None:
    told = named("ScaledObject", "outbox-relay", "production")["spec"]["triggers"][0]["metadata"]
    with as_user(migrated["write-db"], told["userName"]) as keda:
        assert keda.execute(told["query"].encode()).fetchone() == (0.0,)


@pytest.mark.parametrize("side", SIDES)
def test_texts_are_ordered_as_everywhere_else(clusters: dict[str, str], side: str) -> None:
    with psycopg.connect(clusters[side]) as owner:
        assert owner.execute(LOCALE, [owner.info.dbname]).fetchone() == ("b", "C.UTF-8", "UTF8")
