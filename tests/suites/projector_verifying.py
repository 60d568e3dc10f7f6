"""What every Scratch does, and every LiveModels."""

from collections.abc import AsyncIterator
from typing import Any, Protocol

import pytest

from orders_contracts import orders
from projector.application.ports import ReadStore, Unavailable
from projector.application.projections.catalogue import READ_MODELS
from projector.application.projections.order_history import ORDER_HISTORY
from projector.application.projections.product_view import PRODUCT_VIEW
from projector.application.projections.read_model import ReadModel
from projector.application.projections.sales_daily import SALES_DAILY
from projector.application.verifying_ports import Difference, LiveModels, Scratch, Texts
from tests.fakes.projector_events import ADDRESS, Happening, NumberedLog, OrderLife, ProductLife, line
from tests.suites.projector_read_store import apply, slice_of

SKUS = ["B", "a", "Z", "10", "9", "é"]
IN_ORDER = ["10", "9", "B", "Z", "a", "é"]
PEN = ("PEN", "1", "true", "{}")
DAY = ("2026-11-22", "EUR", "1", "2", "1000", "0", "0", "0")


class ScratchWorld(Protocol):
    """Scratches beside read models that are empty."""

    async def scratch(self) -> Scratch:
        """One, prepared."""
        ...

    async def stored(self) -> int:
        """How many rows the read models have that are answered from."""
        ...


class LiveModelsWorld(Protocol):
    """Read models, and how projectors and accidents change them."""

    @property
    def store(self) -> ReadStore:
        """What a projector writes them by."""
        ...

    @property
    def live(self) -> LiveModels:
        """What is under test."""
        ...

    async def put(self, model: ReadModel[Any], texts: Texts) -> None:
        """Have this row."""
        ...


async def collected(rows: AsyncIterator[Texts]) -> list[Texts]:
    """All that come."""
    return [row async for row in rows]


def sale(*happenings: Happening) -> list[Happening]:
    """These, and an order of eleven events that is confirmed."""
    order = OrderLife()
    created = order.created(line(1, "PEN", 2), item_count=2, total_cents=1000)
    moves = [order.tell(orders.ShippingAddressSet, shipping_address=ADDRESS) for _ in range(9)]
    return [*happenings, created, *moves, order.tell(orders.OrderConfirmed, status="CONFIRMED")]


class ScratchSuite:
    """Inherit, and give a fixture `world`. That a Scratch is a ReadStore, ReadStoreSuite says."""

    async def test_it_is_empty_at_first(self, world: ScratchWorld) -> None:
        scratch = await world.scratch()
        assert await scratch.checkpoints() is None
        assert [await collected(scratch.rows(model)) for model in READ_MODELS] == [[]] * len(READ_MODELS)

    async def test_what_is_folded_into_it_comes_back_in_the_order_of_keys(self, world: ScratchWorld) -> None:
        scratch = await world.scratch()
        await scratch.open(1, 1)
        folded = slice_of(NumberedLog().append(0, sale(*(ProductLife(sku).tell() for sku in SKUS))))
        assert await apply(scratch, folded) == frozenset()
        assert [row[0] for row in await collected(scratch.rows(PRODUCT_VIEW))] == IN_ORDER
        history = await collected(scratch.rows(ORDER_HISTORY))
        assert [row[1] for row in history] == [str(version) for version in range(1, 12)]
        assert {str(row[0]) for row in history} == {OrderLife().order_id}
        assert await collected(scratch.rows(SALES_DAILY)) == [DAY]

    async def test_nobody_else_sees_what_is_in_it(self, world: ScratchWorld) -> None:
        scratch, other = await world.scratch(), await world.scratch()
        await scratch.open(1, 1)
        await apply(scratch, slice_of(NumberedLog().append(0, sale())))
        assert await world.stored() == 0
        assert await other.checkpoints() is None
        assert await collected(other.rows(ORDER_HISTORY)) == []


class LiveModelsSuite:
    """Inherit, and give a fixture `world`."""

    async def test_without_checkpoints_there_is_nothing_to_be_verified(self, world: LiveModelsWorld) -> None:
        with pytest.raises(Unavailable, match="no checkpoints"):
            async with world.live.snapshot():
                pass

    async def test_a_snapshot_has_checkpoints_and_rows_of_one_moment(self, world: LiveModelsWorld) -> None:
        await world.store.open(1, 1)
        log = NumberedLog()
        first = slice_of(log.append(0, [ProductLife(sku).tell() for sku in SKUS]))
        await apply(world.store, first)
        async with world.live.snapshot() as seen:
            await apply(world.store, slice_of(log.append(0, sale()), first.end))
            assert seen.stands.checkpoints == {0: first.end}
            assert [row[0] for row in await collected(seen.rows(PRODUCT_VIEW))] == IN_ORDER
            assert await collected(seen.rows(SALES_DAILY)) == []
        async with world.live.snapshot() as seen:
            assert seen.stands.checkpoints[0] > first.end
            assert [row[1] for row in await collected(seen.rows(ORDER_HISTORY))] == [str(n) for n in range(1, 12)]
            assert await collected(seen.rows(SALES_DAILY)) == [DAY]

    async def test_the_logs_row_is_put_in_the_place_of_the_stored_one(self, world: LiveModelsWorld) -> None:
        other, gone = ("INK", "1", "true", "{}"), ("OLD", "1", "true", "{}")
        await world.put(PRODUCT_VIEW, PEN)
        await world.put(PRODUCT_VIEW, gone)
        right = ("PEN", "2", "false", '{"sku":"PEN"}')
        differences = [
            Difference(PRODUCT_VIEW, right, PEN),
            Difference(PRODUCT_VIEW, other, None),
            Difference(PRODUCT_VIEW, None, gone),
        ]
        assert await world.live.mend(differences) == 3
        assert await self.rows(world, PRODUCT_VIEW) == [other, right]

    async def test_what_has_changed_since_it_was_seen_is_left_as_it_is(self, world: LiveModelsWorld) -> None:
        newer, also = ("PEN", "2", "true", "{}"), ("INK", "1", "true", "{}")
        await world.put(PRODUCT_VIEW, newer)
        await world.put(PRODUCT_VIEW, also)
        differences = [
            Difference(PRODUCT_VIEW, ("PEN", "1", "false", "{}"), PEN),
            Difference(PRODUCT_VIEW, None, PEN),
            Difference(PRODUCT_VIEW, ("INK", "9", "true", "{}"), None),
            Difference(PRODUCT_VIEW, ("OLD", "9", "true", "{}"), ("OLD", "1", "true", "{}")),
        ]
        assert await world.live.mend(differences) == 0
        assert await self.rows(world, PRODUCT_VIEW) == [also, newer]

    async def test_what_adds_up_is_given_the_difference_whatever_has_been_added(self, world: LiveModelsWorld) -> None:
        await world.put(SALES_DAILY, ("2026-11-22", "EUR", "5", "9", "7000", "1", "1", "9"))
        wrong = ("2026-11-22", "EUR", "3", "1", "5000", "1", "1", "0")
        assert await world.live.mend([Difference(SALES_DAILY, DAY, wrong)]) == 1
        assert await self.rows(world, SALES_DAILY) == [("2026-11-22", "EUR", "3", "10", "3000", "0", "0", "9")]
        gone = Difference(SALES_DAILY, ("2026-11-21", *DAY[1:]), ("2026-11-21", *wrong[1:]))
        assert await world.live.mend([gone]) == 0

    async def rows(self, world: LiveModelsWorld, model: ReadModel[Any]) -> list[Texts]:
        """All rows there are."""
        await world.store.open(1, 1)
        async with world.live.snapshot() as seen:
            return await collected(seen.rows(model))
