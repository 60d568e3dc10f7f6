"""The roles are made by the first migration in a cluster, by several at once, or by somebody else before."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import psycopg
import pytest
from typer.testing import CliRunner, Result

from command_api.__main__ import app as command_api
from query_api.__main__ import app as query_api
from stack.engines import RunningEngine, start_postgres
from tests.contract.databases.logins import ROLES_OF_READ_SIDE, ROLES_OF_WRITE_SIDE, as_member, as_stranger

SIDES: Final = {
    "write": ("command_api", command_api, ROLES_OF_WRITE_SIDE),
    "read": ("query_api", query_api, ROLES_OF_READ_SIDE),
}


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[RunningEngine]:
    """A server that nothing was made in."""
    with start_postgres(tmp_path, durable=False) as engine:
        yield engine


def made(cluster: RunningEngine, name: str, owner: str = "postgres") -> str:
    """The URL of a new database, for its owner."""
    with psycopg.connect(cluster.url, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
        admin.execute(f"CREATE DATABASE {name} OWNER {owner}".encode())
    return f"postgresql://{owner}@127.0.0.1:{cluster.port}/{name}"


def migrate(side: str, url: str) -> Result:
    """The owner's verb."""
    module, app, _ = SIDES[side]
    return CliRunner().invoke(app, ["migrate"], env={f"{module.upper()}_DATABASE_URL": url})


def test_migrations_of_several_databases_at_once_make_the_roles_once(cluster: RunningEngine) -> None:
    jobs = [(side, made(cluster, f"{side}_{number}")) for number in (1, 2) for side in SIDES]
    running = [
        subprocess.Popen(
            [sys.executable, "-m", SIDES[side][0], "migrate"],
            env={"PATH": os.environ["PATH"], f"{SIDES[side][0].upper()}_DATABASE_URL": url},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        for side, url in jobs
    ]
    assert [(one.communicate(timeout=60)[1], one.returncode) for one in running] == [(b"", 0)] * len(jobs)
    for side, url in jobs:
        for role in SIDES[side][2]:
            with psycopg.connect(as_member(url, role)) as user:
                assert user.execute("SELECT 1").fetchone() == (1,)
    with psycopg.connect(cluster.url) as admin:
        roles = admin.execute(
            "SELECT rolname, rolcanlogin FROM pg_roles WHERE rolname IN ('{}', '{}', '{}', '{}')".format(
                *ROLES_OF_WRITE_SIDE, *ROLES_OF_READ_SIDE
            ).encode()
        )
        assert sorted(roles) == sorted((role, False) for role in (*ROLES_OF_WRITE_SIDE, *ROLES_OF_READ_SIDE))


def test_who_may_not_make_the_roles_is_told_what_is_missing_and_goes_on_when_they_are_there(
    cluster: RunningEngine,
) -> None:
    with psycopg.connect(cluster.url, autocommit=True) as admin:
        admin.execute("CREATE ROLE plain LOGIN")
        for side, (module, _, (there, missing)) in SIDES.items():
            admin.execute(f"CREATE ROLE {there} NOLOGIN".encode())
            url = made(cluster, side, owner="plain")
            refused = migrate(side, url)
            program, advice = module.replace("_", "-"), f"let one who may run CREATE ROLE {missing} NOLOGIN;"
            assert refused.stderr == f"{program}: migrate: roles are missing, and plain may not make them: {advice}\n"
            assert refused.exit_code == 1
            admin.execute(f"CREATE ROLE {missing} NOLOGIN".encode())
            done = migrate(side, url)
            assert (done.exit_code, done.stderr) == (0, "")


@pytest.mark.parametrize("side", SIDES)
def test_who_does_not_own_the_database_leaves_its_doors_open_and_grants_the_rest(
    postgres_server: RunningEngine, write_template: str, read_template: str, side: str
) -> None:
    name = f"shared_{side}"
    url = made(postgres_server, name)
    with psycopg.connect(url, autocommit=True) as owner:
        if owner.execute("SELECT 1 FROM pg_roles WHERE rolname = 'tenant'").fetchone() is None:
            owner.execute("CREATE ROLE tenant LOGIN")
        owner.execute(f"GRANT CREATE ON DATABASE {name} TO tenant".encode())
        owner.execute("GRANT CREATE ON SCHEMA public TO tenant")
    done = migrate(side, url.replace("postgres@", "tenant@"))
    assert (done.exit_code, done.stderr) == (0, "")
    question = {"write": "SELECT count(*) FROM outbox_log", "read": "SELECT count(*) FROM g1.order_view"}[side]
    with psycopg.connect(as_member(url, SIDES[side][2][1])) as user:
        assert user.execute(question.encode()).fetchone() is not None
    psycopg.connect(as_stranger(url)).close()
