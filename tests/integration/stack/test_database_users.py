"""Each service goes to its database as a user of its own; where that cannot be, as the user of the given URL."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import psycopg
import pytest

from command_api.migrations.run import migrate as migrate_write
from query_api.migrations.run import migrate as migrate_read
from stack.catalogue import PARTS
from stack.database_users import ROLES, admit, url_for
from stack.engines import RunningEngine, start_postgres
from stack.failures import StackError
from stack.kept_users import User, as_user
from stack.lodging import find_lodging
from stack.parts import Site
from stack.ports import choose_port
from tests.integration.stack.launcher import until

OWNER: Final = "host all postgres 127.0.0.1/32 trust\n"
SERVICES: Final = [(database, service) for database, roles in ROLES.items() for service in roles]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEngine]:
    """A server of these tests' own, which lets nobody but postgres in without a password."""
    with start_postgres(tmp_path_factory.mktemp("users"), durable=False) as engine:
        with psycopg.connect(engine.url, autocommit=True) as admin:
            admin.execute("CREATE DATABASE read_side")
            admin.execute("CREATE ROLE modest LOGIN PASSWORD 'modest'")
        migrate_write(engine.url, 8)
        migrate_read(read_side(engine))
        with psycopg.connect(engine.url, autocommit=True) as admin:
            admin.execute("GRANT CONNECT ON DATABASE orders TO modest")
        let_in(engine, OWNER + "host all all 127.0.0.1/32 scram-sha-256\n")
        yield engine


def let_in(engine: RunningEngine, rules: str) -> str:
    """Put these rules for connections in force; answers those that were."""
    file = engine.data / "pg_hba.conf"
    before = file.read_text()
    with psycopg.connect(engine.url, autocommit=True) as admin:
        file.write_text(rules)
        loaded = admin.execute("SELECT clock_timestamp(), pg_reload_conf()").fetchone()
    assert loaded is not None
    until(lambda: load_time(engine) > loaded[0])
    return before


def load_time(engine: RunningEngine) -> Any:
    """When the server that lets in has last read its files."""
    with psycopg.connect(engine.url) as admin:
        return (admin.execute("SELECT pg_conf_load_time()").fetchone() or [None])[0]


def read_side(engine: RunningEngine) -> str:
    return engine.url.replace("/orders", "/read_side")


@pytest.fixture
def site(engine: RunningEngine, tmp_path: Path) -> Site:
    """A stack whose databases are there and migrated."""
    urls = {"write-db": engine.url, "read-db": read_side(engine), "redis": "redis://127.0.0.1:1/0"}
    return Site(tmp_path, find_lodging(tmp_path / "engines"), urls, {})


def given(site: Site, write_url: str) -> Site:
    """The same stack on another write database."""
    return Site(site.data, site.lodging, {**site.urls, "write-db": write_url}, {})


def who(url: str) -> tuple[Any, ...]:
    """The user's name, and the roles that it is a member of."""
    with psycopg.connect(url) as link:
        found = link.execute(
            "SELECT current_user, array(SELECT rolname::text FROM pg_roles WHERE rolname <> current_user"
            " AND pg_has_role(current_user, oid, 'USAGE') ORDER BY 1)"
        ).fetchone()
    assert found is not None
    return tuple(found)


@pytest.mark.parametrize(("database", "service"), SERVICES)
def test_a_service_has_a_user_with_the_rights_of_its_role_and_no_other(site: Site, database: str, service: str) -> None:
    assert admit(site, database) is None
    name, roles = who(url_for(site, service, database))
    assert name.startswith(f"{ROLES[database][service]}_")
    assert roles == [ROLES[database][service]]


def test_every_service_is_started_with_the_url_of_its_own_user(site: Site) -> None:
    for database in ROLES:
        admit(site, database)
    for database, service in SERVICES:
        (part,) = (part for part in PARTS if part.name == service)
        env = part.make(site, choose_port()).command().env
        assert env[f"{service.replace('-', '_').upper()}_DATABASE_URL"] == url_for(site, service, database)
    for part in PARTS:
        if part.migrate is not None:
            env = part.migrate(site).env
            assert env[f"{part.name.replace('-', '_').upper()}_DATABASE_URL"] in {
                site.urls["write-db"],
                site.urls["read-db"],
            }


def test_passwords_are_private_are_asked_for_and_stay_as_they_are(site: Site) -> None:
    assert admit(site, "write-db") is None
    file = site.data / "write-db-users.json"
    assert file.stat().st_mode & 0o777 == 0o600
    url = url_for(site, "outbox-relay", "write-db")
    password = urlsplit(url).password
    assert password is not None
    assert len(password) >= 32
    assert admit(site, "write-db") is None
    assert url_for(site, "outbox-relay", "write-db") == url
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(url.replace(password, "guessed"))


def test_a_user_that_is_there_gets_the_password_that_is_kept(site: Site) -> None:
    assert admit(site, "read-db") is None
    (site.data / "read-db-users.json").unlink()
    assert admit(site, "read-db") is None
    assert who(url_for(site, "projector", "read-db"))[1] == ["orders_projector"]


def test_stacks_with_other_data_have_other_users(site: Site) -> None:
    (site.data / "other").mkdir()
    other = Site(site.data / "other", site.lodging, site.urls, {})
    assert admit(site, "write-db") is admit(other, "write-db") is None
    urls = {url_for(one, "command-api", "write-db") for one in (site, other)}
    assert len({who(url)[0] for url in urls}) == 2


def test_where_the_given_user_may_not_make_users_the_services_go_as_that_user_and_people_are_told(
    site: Site, engine: RunningEngine
) -> None:
    assert admit(site, "write-db") is None
    modest = given(site, engine.url.replace("postgres@", "modest:modest@"))
    note = admit(modest, "write-db")
    assert note is not None
    assert note.startswith("write-db: command-api and outbox-relay have no users of their own: permission denied")
    assert "\n" not in note
    assert url_for(modest, "command-api", "write-db") == modest.urls["write-db"]


def test_where_a_user_cannot_log_in_the_services_go_as_the_given_one(site: Site, engine: RunningEngine) -> None:
    before = let_in(engine, OWNER)
    try:
        note = admit(site, "write-db")
    finally:
        let_in(engine, before)
    assert note is not None
    assert "pg_hba.conf" in note
    assert url_for(site, "command-api", "write-db") == site.urls["write-db"]


def test_a_database_that_does_not_answer_is_told_in_one_line(site: Site) -> None:
    away = given(site, f"postgresql://postgres@127.0.0.1:{choose_port()}/orders")
    with pytest.raises(StackError, match="write-db: ") as told:
        admit(away, "write-db")
    assert "\n" not in told.value.message


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://postgres@h:1/d", "postgresql://u:p%2F%40@h:1/d"),
        ("postgresql://a:b@h1:1,h2:2/d?sslmode=require", "postgresql://u:p%2F%40@h1:1,h2:2/d?sslmode=require"),
        ("postgresql://h/d?user=x&password=y&options=-cjit%3Doff", "postgresql://u:p%2F%40@h/d?options=-cjit%3Doff"),
        ("postgresql:///d?host=%2Frun", "postgresql://u:p%2F%40@/d?host=%2Frun"),
    ],
)
def test_the_url_of_a_user_is_the_given_one_with_another_name(url: str, expected: str) -> None:
    found = as_user(url, User("u", "p/@"))
    assert found == expected
    assert psycopg.conninfo.conninfo_to_dict(found)["password"] == "p/@"
