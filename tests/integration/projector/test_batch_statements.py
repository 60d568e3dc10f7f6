"""The statements of a batch, counted, on a real Postgres."""

import re
from typing import Any

import pytest
from psycopg import AsyncRawCursor

from projector.application.log import Move
from projector.application.ports import Refused
from projector.application.projections.fold import Writes, fold
from projector.application.projections.order_history import ORDER_HISTORY
from tests.fakes.projector_commands import CommandLife
from tests.fakes.projector_events import NumberedLog, ProductLife, life_of
from tests.integration.projector.conftest import RealStoreWorld
from tests.suites.projector_read_store import apply, slice_of


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement that is sent, BEGIN and COMMIT not counted."""
    sent: list[str] = []
    execute: Any = AsyncRawCursor.execute
    copy: Any = AsyncRawCursor.copy

    async def spy(cursor: Any, query: str, *rest: Any, **more: Any) -> Any:
        sent.append(query)
        return await execute(cursor, query, *rest, **more)

    def spy_on_copy(cursor: Any, query: str) -> Any:
        sent.append(query)
        return copy(cursor, query)

    monkeypatch.setattr(AsyncRawCursor, "execute", spy)
    monkeypatch.setattr(AsyncRawCursor, "copy", spy_on_copy)
    return sent


async def test_a_batch_is_one_statement_and_one_more_to_load_documents(
    store_world: RealStoreWorld, statements: list[str]
) -> None:
    await store_world.store.open(1, 2)
    log = NumberedLog(2)
    first = slice_of(log.append(0, [event for name in range(50) for event in life_of(name)[:4]]))
    await apply(store_world.store, first)
    statements.clear()
    rest = slice_of(log.append(0, [event for name in range(50) for event in life_of(name)[4:]]), first.end)
    others = [ProductLife(f"P{number}").tell() for number in range(50)] + [CommandLife(n).accepted() for n in range(50)]
    pens = slice_of(log.append(1, others), partition=1)
    await apply(store_world.store, rest, pens)
    _load, write = statements
    assert "UPDATE projection_checkpoint" in write
    orders_tables = ["order_view", "order_summary", "order_history", "customer_summary", "sales_daily"]
    assert re.findall(r"INSERT INTO (\w+)", write) == [*orders_tables, "product_view", "command_status"]
    statements.clear()
    await apply(store_world.store, slice_of(log.append(1, [ProductLife("Q").tell()]), pens.end, partition=1))
    (write,) = statements
    assert re.findall(r"INSERT INTO (\w+)", write) == ["product_view"]


async def test_many_rows_that_are_only_added_come_by_copy_in_the_same_transaction(
    store_world: RealStoreWorld, statements: list[str]
) -> None:
    opened = await store_world.store.open(1, 1)
    events = [event for name in range(100) for event in life_of(name)]
    bad = slice_of(NumberedLog().append(0, events))
    statements.clear()
    with pytest.raises(Refused, match="json"):
        await store_world.store.apply(1, [Move(0, 0, bad.end)], [], lambda _: _spoilt(fold([bad], ())))
    assert await store_world.store.checkpoints() == opened
    assert await store_world.rows("SELECT count(*) FROM order_view") == [(0,)]
    assert [statement.split()[0] for statement in statements] == ["WITH", "COPY", "SELECT"]
    assert await apply(store_world.store, bad) == frozenset()
    assert await store_world.rows("SELECT count(*) FROM order_history") == [(800,)]


def _spoilt(writes: Writes) -> Writes:
    """The last row of the history is no JSON."""
    *good, last = writes.of(ORDER_HISTORY)
    return writes._replace(rows={**writes.rows, ORDER_HISTORY: [*good, last._replace(doc=b"{")]})
