"""Two projectors that fill two generations, and readers of the live one: what promotions happen under."""

import asyncio
import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final
from uuid import UUID

import psycopg

from query_api.adapters.postgres.database import ReadDatabase
from query_api.adapters.postgres.order_views import PostgresOrderViews
from query_api.adapters.postgres.projections import PostgresProjections
from query_api.application.views import OrderFilters, OrderId

PARTITIONS: Final = 4
EVENTS_PER_SECOND: Final = 250
"""Of each partition."""
ORDERS: Final = [UUID(int=partition + 1) for partition in range(PARTITIONS)]
"""Event `n` of a partition is version `n` of its one order."""
_MOVE: Final = "UPDATE {g}.projection_checkpoint SET sequence = %s WHERE partition = %s"
_VIEW: Final = "UPDATE {g}.order_view SET version = %s WHERE order_id = %s"
_SUMMARY: Final = """
UPDATE {g}.order_summary SET total_cents = %s, doc = json_build_object('version', %s::bigint) WHERE order_id = %s
"""
_ROWS: Final = (
    "INSERT INTO {g}.projection_checkpoint SELECT '{g}', n - 1, 1, 0, 'e', 0 FROM generate_series(1, {count}) AS n",
    "INSERT INTO {g}.order_view SELECT lpad(n::text, 32, '0')::uuid, 0, '{{}}' FROM generate_series(1, {count}) AS n",
    """INSERT INTO {g}.order_summary SELECT lpad(n::text, 32, '0')::uuid, lpad(n::text, 32, '0')::uuid, 'DRAFT', NULL,
    0, '{{MUG}}', now(), '{{}}' FROM generate_series(1, {count}) AS n""",
)


class Log:
    """Grows with time, each partition alike."""

    def __init__(self) -> None:
        self._begun = time.monotonic()

    def head(self) -> int:
        """The number of its last event."""
        return int((time.monotonic() - self._begun) * EVENTS_PER_SECOND)


@contextmanager
def projected(url: str, log: Log, *generations: str) -> Iterator[None]:
    """Each generation is filled by a projector of its own, as fast as it can, as long as the block lasts."""
    ended = threading.Event()
    with psycopg.connect(url, autocommit=True) as owner:
        for statement in (_ROWS[number].format(g=one, count=PARTITIONS) for one in generations for number in range(3)):
            owner.execute(statement.encode())
    threads = [threading.Thread(target=_project, args=(url, log, one, ended)) for one in generations]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def _project(url: str, log: Log, generation: str, ended: threading.Event) -> None:
    """Checkpoint first and then rows, in one transaction of several partitions, as projector does."""
    applied = 0
    with psycopg.connect(url, autocommit=True) as connection:
        while not ended.wait(random.uniform(0, 0.004)):
            if (head := log.head()) > applied:
                with connection.transaction(), connection.cursor() as cursor:
                    for statement, values in _batch(head):
                        cursor.execute(statement.format(g=generation).encode(), values)
                applied = head


def _batch(head: int) -> Iterator[tuple[str, Sequence[object]]]:
    for partition in range(PARTITIONS):
        yield _MOVE, [head, partition]
    for order in ORDERS:
        yield _VIEW, [head, order]
        yield _SUMMARY, [head, head, order]


class Readers:
    """Ask all the time, and note every step back: an answer that is older than one that was complete before it."""

    def __init__(self, database: ReadDatabase) -> None:
        self._orders = PostgresOrderViews(database)
        self._projections = PostgresProjections(database)
        self._seen: dict[object, int] = {}
        self.answers = 0
        self.steps_back: list[str] = []
        self.generations: set[str] = set()

    async def ask_until(self, ended: asyncio.Event) -> None:
        """Whatever fails, is raised."""
        async with asyncio.TaskGroup() as group:
            for ask in (*(self._documents,) * 4, self._page, self._progress):
                group.create_task(self._ask_until(ended, ask))

    async def _ask_until(self, ended: asyncio.Event, ask: Any) -> None:
        while not ended.is_set():
            await ask()
            self.answers += 1
            await asyncio.sleep(0)

    async def _documents(self) -> None:
        order = random.choice(ORDERS)
        floor = self._seen.get(order, 0)
        document = await self._orders.order(OrderId(order))
        assert document is not None
        self._note(order, floor, document.version)

    async def _page(self) -> None:
        floor = self._seen.get("page", 0)
        page = await self._orders.page(OrderFilters(status="DRAFT"), None, 10)
        assert len(page.items) == PARTITIONS
        versions = [int(bytes(one).rpartition(b":")[2].strip(b" }") or 0) for one in page.items if bytes(one) != b"{}"]
        self._note("page", floor, min(versions, default=0))

    async def _progress(self) -> None:
        floor = self._seen.get("progress", 0)
        progress = await self._projections.progress()
        self.generations.add(progress.projection)
        assert len(progress.partitions) == PARTITIONS
        self._note("progress", floor, min(one.sequence for one in progress.partitions))

    def _note(self, what: object, floor: int, version: int) -> None:
        if version < floor:
            self.steps_back.append(f"{what}: {version} after {floor}")
        self._seen[what] = max(self._seen.get(what, 0), version)
