"""The schema: brought about once however often and by however many it is asked for."""

import threading
from uuid import uuid4

import psycopg
import pytest
from typer.testing import CliRunner

from command_api import composition
from command_api.__main__ import app
from command_api.migrations.patience import Patience
from command_api.migrations.run import migrate as migrate_here
from command_api.settings import Settings
from stack.engines import RunningEngine
from stack.ports import choose_port
from tests.integration.command_api.service import environment, run, until
from tests.integration.command_api.shop import assert_problem, open_shop

_ASKING = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND query LIKE '%%advisory_lock(%%' AND pid NOT IN (%s, %s)"
)


@pytest.fixture
def bare_url(postgres_server: RunningEngine) -> str:
    """A database with nothing in it."""
    name = f"bare_{uuid4().hex}"
    with psycopg.connect(postgres_server.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return postgres_server.url.rsplit("/", 1)[0] + f"/{name}"


def test_two_at_once_and_once_more_make_one_schema_and_one_log(bare_url: str) -> None:
    codes: list[tuple[int, str]] = []

    def migrate() -> None:
        done = run("migrate", environment(bare_url, PARTITIONS=5))
        codes.append((done.returncode, done.stderr))

    both = [threading.Thread(target=migrate) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert codes == [(0, "")] * 2
    migrate_here(bare_url, 7)
    with psycopg.connect(bare_url) as connection:
        log = connection.execute("SELECT epoch, partitions FROM outbox_log").fetchall()
        ticks = connection.execute("SELECT tick, heads FROM outbox_tick").fetchall()
    assert (log, ticks) == ([(1, 5)], [(0, [0] * 5)])


def test_an_index_that_a_broken_attempt_has_left_unfinished_is_made_anew(bare_url: str) -> None:
    migrate_here(bare_url, 5)
    finished = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'orders_waiting'::regclass"
    with psycopg.connect(bare_url, autocommit=True) as connection:
        connection.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'orders_waiting'::regclass")
        connection.execute("DROP TABLE accepted_commands")
        connection.execute("UPDATE alembic_version SET version_num = '0004'")
        migrate_here(bare_url, 5)
        assert connection.execute(finished).fetchall() == [(True,)]


def test_a_migration_waits_for_others_without_holding_up_an_index_that_they_make(bare_url: str) -> None:
    migrate_here(bare_url, 5)
    with psycopg.connect(bare_url, autocommit=True) as holder, psycopg.connect(bare_url, autocommit=True) as maker:
        holder.execute("SELECT pg_advisory_lock(7236101)")
        waiting = threading.Thread(target=migrate_here, args=(bare_url, 5))
        waiting.start()
        maker.execute("SET lock_timeout = '5s'")
        others = (holder.info.backend_pid, maker.info.backend_pid)
        until(lambda: maker.execute(_ASKING, others).fetchall() == [(1,)])
        maker.execute("CREATE INDEX CONCURRENTLY ON orders (version)")
        holder.execute("SELECT pg_advisory_unlock(7236101)")
        waiting.join(10)
    assert not waiting.is_alive()


def test_a_database_that_cannot_be_reached_is_told_in_one_line() -> None:
    env = environment(f"postgresql://postgres@127.0.0.1:{choose_port()}/orders")
    done = CliRunner().invoke(app, ["migrate"], env=env)
    assert done.exit_code == 2
    assert done.stderr.startswith("command-api: COMMAND_API_DATABASE_URL: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "value"), [("MIGRATION_LOCK_SECONDS", 0), ("MIGRATION_LOCK_SECONDS", 61), ("MIGRATION_ATTEMPTS", 0)]
)
def test_a_patience_that_cannot_be_is_named_in_one_line(name: str, value: int) -> None:
    done = CliRunner().invoke(app, ["migrate"], env=environment("postgresql://127.0.0.1/orders", **{name: value}))
    assert done.exit_code == 2
    assert done.stderr.startswith(f"command-api: COMMAND_API_{name}: ")
    assert done.stderr.count("\n") == 1


def test_a_patience_below_a_millisecond_is_not_endless() -> None:
    assert [Patience(seconds).setting for seconds in (0.0001, 0.5, 2)] == ["1ms", "500ms", "2000ms"]


def test_an_address_of_several_servers_is_a_libpq_address_too(bare_url: str) -> None:
    dead = f"127.0.0.1:{choose_port()}"
    several = bare_url.replace("@", f"@{dead},")
    migrate_here(several, 3)
    with psycopg.connect(several) as connection:
        assert connection.execute("SELECT partitions FROM outbox_log").fetchall() == [(3,)]


async def test_a_database_that_is_not_migrated_makes_unready_and_says_so(bare_url: str) -> None:
    service = composition.application(Settings(database_url=bare_url))
    async with open_shop(service, bare_url) as shop:
        ready = await shop.client.get("/readyz")
        reasons = ["the write database is not migrated"]
        assert (ready.status_code, ready.json()) == (503, {"status": "unready", "reasons": reasons})
        answer = await shop.call("DELETE", f"/orders/{uuid4()}")
        assert_problem(answer, 503, "unavailable")
        assert answer.headers["retry-after"]


async def test_a_log_of_other_partitions_is_never_written_to(write_database_url: str) -> None:
    service = composition.application(Settings(database_url=write_database_url, partitions=4))
    async with open_shop(service, write_database_url) as shop:
        ready = await shop.client.get("/readyz")
        assert ready.status_code == 503
        assert ready.json()["reasons"] == ["the log has 8 partitions, the setting says 4"]
        answer = await shop.call("POST", "/orders", {"customer_id": str(uuid4())})
        assert_problem(answer, 503, "unavailable")
        assert await shop.rows("SELECT 1 AS x FROM outbox") == []
