"""Migrations beside running processes: whoever waits for a table holds up all behind it, so nobody waits for long."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

import psycopg
import pytest

from command_api.application.commands.create_order import CreateOrder
from command_api.application.context import Context
from command_api.application.errors import Unavailable
from command_api.composition import command_bus
from command_api.migrations.patience import Patience as WritePatience
from orders_domain.values import CustomerId, OrderId
from query_api.adapters.postgres import live
from query_api.adapters.postgres.database import ReadDatabase
from query_api.adapters.postgres.order_views import PostgresOrderViews
from query_api.application.views import OrderFilters
from query_api.application.views import OrderId as ViewedOrderId
from query_api.migrations.patience import Patience as ReadPatience
from tests.contract.databases.commanding import units_of_work
from tests.contract.databases.logins import as_member
from tests.contract.databases.planted import NextVersion
from tests.contract.events.shop import EUR, HOME
from tests.suites.query_rows import OrderRow, store_orders

CLIENTS: Final = 3
PAUSE: Final = 0.02
"""Seconds between two calls of a client."""
SLACK: Final = 1.5
"""Seconds that a call may take beside the wait for a lock, on a busy machine."""
MORE: Final = {
    "write": "ALTER TABLE orders ADD note text; ALTER TABLE outbox ADD note text",
    "read": "ALTER TABLE g1.order_summary ADD city text; ALTER TABLE g1.order_view ADD city text",
}
HELD: Final = {"write": "outbox", "read": "g1.order_view"}
WAITING: Final = (
    "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass AND mode = 'AccessExclusiveLock'"
)
COLUMNS: Final = "SELECT count(*) FROM pg_attribute WHERE attrelid = %s::regclass AND attname IN ('note', 'city')"


class Traffic:
    """Calls of some clients, one after the other each. Any failure is raised at the end of `going_on`."""

    def __init__(self, call: Callable[[], Awaitable[object]]) -> None:
        self._call = call
        self.calls = 0
        self.longest = 0.0

    @asynccontextmanager
    async def going_on(self) -> AsyncIterator[None]:
        """Meanwhile they call."""
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for _ in range(CLIENTS):
                group.create_task(self._client(stop))
            try:
                await until(lambda: self.calls > 10 * CLIENTS)
                yield
                enough = self.calls + 10 * CLIENTS
                await until(lambda: self.calls > enough)
            finally:
                stop.set()

    async def _client(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            begun = time.monotonic()
            await self._call()
            self.longest = max(self.longest, time.monotonic() - begun)
            self.calls += 1
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), PAUSE)


async def until(true: Callable[[], bool], within: float = 30.0) -> None:
    """Return as soon as it is so. AssertionError when it is not in time."""
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, "it did not come about"
        await asyncio.sleep(0.01)


@pytest.fixture(params=["write", "read"])
def side(request: pytest.FixtureRequest) -> str:
    """Either database."""
    return str(request.param)


@pytest.fixture
def url(side: str, write_database_url: str, read_database_url: str) -> str:
    """The database of that side, for its owner."""
    return {"write": write_database_url, "read": read_database_url}[side]


@pytest.fixture
async def traffic(side: str, url: str) -> AsyncIterator[Traffic]:
    """Commands, or questions, as each process has them."""
    if side == "write":
        async with commands(as_member(url, "orders_command")) as made:
            yield made
    else:
        order = OrderRow()
        store_orders(url, [order])
        database = ReadDatabase(as_member(url, "orders_query"), live.SCHEMA, 6)
        await database.open()
        views = PostgresOrderViews(database)

        async def ask() -> None:
            assert await views.order(ViewedOrderId(order.order_id)) is not None
            assert len((await views.page(OrderFilters(), None, 5)).items) == 1

        yield Traffic(ask)
        await database.close()


@asynccontextmanager
async def commands(url: str) -> AsyncIterator[Traffic]:
    """Orders are created."""
    async with units_of_work(url) as units:
        bus = command_bus(units.begin, EUR)

        async def create() -> None:
            order = OrderId(uuid4())
            customer = CustomerId(UUID(int=1))
            command = CreateOrder(
                order_id=order, customer_id=customer, currency=EUR, reference=None, items=(), shipping_address=HOME
            )
            await bus.dispatch(command, Context(correlation_id="load", actor=None))

        yield Traffic(create)


async def started(version: NextVersion, url: str, **settings: object) -> asyncio.subprocess.Process:
    """The verb, under way."""
    env = version.environment(url, **settings)
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(*version.argv, env=env, stdout=pipe, stderr=pipe)


class Watcher:
    """A connection of the owner, to look with."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True)

    def count(self, query: str, table: str) -> int:
        """A number that the database tells of a table."""
        return int((self._connection.execute(query.encode(), [table]).fetchone() or (0,))[0])

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()


@pytest.fixture
def watcher(url: str) -> Iterator[Watcher]:
    """Looks at the database of that side."""
    watcher = Watcher(url)
    yield watcher
    watcher.close()


def limit(side: str) -> float:
    """The longest that anybody may wait, with the settings that stand where nothing is said."""
    return SLACK + (WritePatience().lock_seconds if side == "write" else ReadPatience().lock_seconds)


async def test_columns_are_added_while_everybody_works(
    side: str, url: str, traffic: Traffic, watcher: Watcher, tmp_path: Path
) -> None:
    async with traffic.going_on():
        migration = await started(NextVersion(tmp_path, side, MORE[side]), url)
        _, said = await migration.communicate()
    assert (migration.returncode, said) == (0, b"")
    assert watcher.count(COLUMNS, HELD[side]) == 1
    assert traffic.longest < limit(side)


async def test_a_migration_that_is_held_up_gives_way_and_succeeds_when_it_can(
    side: str, url: str, traffic: Traffic, watcher: Watcher, tmp_path: Path
) -> None:
    with psycopg.connect(url) as report:
        report.execute(f"SELECT count(*) FROM {HELD[side]}".encode())
        async with traffic.going_on():
            migration = await started(NextVersion(tmp_path, side, MORE[side]), url)
            for waits in (1, 0, 1, 0):
                await until(lambda waits=waits: watcher.count(WAITING, HELD[side]) == waits)  # type: ignore[misc]
            before = traffic.calls
            await until(lambda: traffic.calls > before + CLIENTS)
            report.rollback()
            _, said = await migration.communicate()
    assert (migration.returncode, said) == (0, b"")
    assert watcher.count(COLUMNS, HELD[side]) == 1
    assert traffic.longest < limit(side)


async def test_a_migration_that_never_gets_its_lock_ends_in_one_line_and_changes_nothing(
    side: str, url: str, watcher: Watcher, tmp_path: Path
) -> None:
    with psycopg.connect(url, application_name="monthly report") as report:
        report.execute(f"SELECT count(*) FROM {HELD[side]}".encode())
        pid = report.info.backend_pid
        version = NextVersion(tmp_path, side, MORE[side])
        migration = await started(version, url, MIGRATION_LOCK_SECONDS=0.1, MIGRATION_ATTEMPTS=2)
        _, said = await migration.communicate()
    assert migration.returncode == 1
    blamed = rf"the oldest transaction is that of pid {pid} \(monthly report\), open for \d+ s"
    found = said.decode()
    assert re.fullmatch(rf"[a-z-]+: migrate: no lock on the tables within 2 attempts of 0.1 s; {blamed}\n", found), (
        found
    )
    assert watcher.count(COLUMNS, HELD[side]) == 0
    with psycopg.connect(url) as owner:
        assert owner.execute("SELECT version_num < '9999' FROM public.alembic_version").fetchone() == (True,)


@pytest.mark.parametrize("side", ["write"])
async def test_with_more_patience_those_behind_the_migration_would_fail(
    side: str, url: str, traffic: Traffic, watcher: Watcher, tmp_path: Path
) -> None:
    with psycopg.connect(url) as report:
        report.execute(f"SELECT count(*) FROM {HELD[side]}".encode())
        migration = await started(NextVersion(tmp_path, side, MORE[side]), url, MIGRATION_LOCK_SECONDS=30)
        with pytest.raises(ExceptionGroup) as failed:
            await behind_a_waiting_migration(traffic, watcher)
        migration.kill()
        await migration.communicate()
    assert failed.group_contains(Unavailable)


async def behind_a_waiting_migration(traffic: Traffic, watcher: Watcher) -> None:
    """Until every client has had a turn or two since the migration began to wait."""
    async with traffic.going_on():
        await until(lambda: watcher.count(WAITING, HELD["write"]) == 1)
        enough = traffic.calls + 2 * CLIENTS
        await until(lambda: traffic.calls > enough)
