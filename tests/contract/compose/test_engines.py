"""The scripts that engines are started with, on the real engines: whom they let in, and by which password."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from string import Template
from typing import Any, Final

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from stack.engines import RunningEngine, start_postgres
from stack.lodging import find_lodging
from stack.ports import LOOPBACK, choose_port
from stack.redis_users import RULES
from tests.contract.compose.composed import FOLDER, composed, containers, passwords
from tests.integration.stack.launcher import until

USERS: Final = ("relay", "projector", "monitor")
ROLES: Final = {"write-db": ["orders_command", "orders_relay"], "read-db": ["orders_projector", "orders_query"]}
MADE: Final = "SELECT rolname FROM pg_roles WHERE rolcanlogin AND rolname LIKE 'orders!_%' ESCAPE '!' ORDER BY 1"


def environment(name: str) -> dict[str, str]:
    """What a container is told."""
    return containers(composed("plain"))[name].settings


@contextmanager
def valkey(folder: Path) -> Iterator[int]:
    """Started by start-redis.sh as in its container, with its files in `folder`; the port."""
    (folder / "valkey-server").symlink_to(find_lodging(folder).binaries.valkey)
    places = {"/etc/orders/users.acl": str(RULES), "/tmp/": f"{folder}/", "/data": str(folder)}
    script = (FOLDER / "start-redis.sh").read_text()
    assert all(place in script for place in places)
    # All at once: what is put in may itself lie in /tmp.
    text = re.sub("|".join(places), lambda found: places[found[0]], script)
    port = choose_port()
    command = ["/bin/sh", "-c", text, "start-redis.sh", "--bind", LOOPBACK, "--port", str(port)]
    told = {"PATH": f"{folder}:/usr/bin:/bin", **environment("redis")}
    with (folder / "log").open("wb") as log, subprocess.Popen(command, env=told, stdout=log, stderr=log) as process:
        try:
            until(lambda: _answers(port))
            yield port
        finally:
            process.terminate()


def client(port: int, name: str, password: str | None = None) -> "redis.Redis":
    password = password or environment("redis")[f"{name.upper()}_PASSWORD"]
    once = Retry(NoBackoff(), 0)
    return redis.Redis(LOOPBACK, port, username=name, password=password, retry=once, decode_responses=True)


def _answers(port: int) -> bool:
    with client(port, "monitor") as monitor:
        try:
            return bool(monitor.ping())
        except redis.ConnectionError:
            return False


def test_valkey_lets_its_users_in_and_keeps_what_it_has(tmp_path: Path) -> None:
    with valkey(tmp_path) as port:
        for name in USERS:
            with client(port, name) as user, pytest.raises(redis.exceptions.NoPermissionError):
                user.flushall()
        with client(port, "relay", "guessed") as stranger, pytest.raises(redis.exceptions.AuthenticationError):
            stranger.ping()
        with client(port, "monitor") as monitor:
            told: dict[str, Any] = {**monitor.info("memory"), **monitor.info("persistence")}
    assert (told["maxmemory_policy"], told["maxmemory"], told["aof_enabled"]) == ("noeviction", 2**30, 1)
    assert (tmp_path / "appendonlydir").is_dir()
    users = tmp_path / "users.acl"
    assert users.read_text() == Template(RULES.read_text()).substitute(environment("redis"))
    assert users.stat().st_mode & 0o077 == 0


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[RunningEngine]:
    """A server that nothing was made in but the owner, who may do everything there as in the official image."""
    with start_postgres(tmp_path, durable=False) as engine:
        with psycopg.connect(engine.url) as admin:
            admin.execute("CREATE ROLE orders_owner LOGIN SUPERUSER")
        yield engine


def make_users(engine: RunningEngine, database: str) -> None:
    """What the image does with users.sh in an empty data folder."""
    programs = find_lodging(engine.home).binaries.postgres
    where = {"PATH": f"{programs}:/usr/bin:/bin", "PGHOST": LOOPBACK, "PGPORT": str(engine.port)}
    subprocess.run(["/bin/sh", FOLDER / "users.sh"], env=where | environment(database), check=True)


def logins(engine: RunningEngine) -> list[str]:
    with psycopg.connect(engine.url) as admin:
        return [name for (name,) in admin.execute(MADE)]


def _is_refused(where: str, password: str) -> bool:
    """Not at once, where the server has yet to read that it shall ask."""
    try:
        psycopg.connect(where, password=password).close()
    except psycopg.OperationalError as error:
        return "password authentication failed" in str(error)
    return False


def test_each_database_lets_in_its_own_processes_by_password(postgres: RunningEngine) -> None:
    make_users(postgres, "write-db")
    assert logins(postgres) == [ROLES["write-db"][0], "orders_owner", ROLES["write-db"][1]]
    make_users(postgres, "read-db")
    with psycopg.connect(postgres.url, autocommit=True) as admin:
        (postgres.data / "pg_hba.conf").write_text("host all all all scram-sha-256\n")
        admin.execute("SELECT pg_reload_conf()")
    for role in (*ROLES["write-db"], *ROLES["read-db"]):
        password = passwords()[f"{role.upper()}_PASSWORD"]
        where = f"host={LOOPBACK} port={postgres.port} dbname=orders user={role}"
        with psycopg.connect(where, password=password) as user:
            assert user.execute("SELECT current_user").fetchone() == (role,)
        until(partial(_is_refused, where, "guessed"))
