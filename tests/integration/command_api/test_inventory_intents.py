"""What an inventory elsewhere is to do is listed, told by whichever replica is free, and forgotten when it is done."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from command_api.adapters.http.sweep import Sweep
from command_api.application.commands.cancel_order import CancelOrder
from command_api.application.commands.ship_items import ShipItems
from command_api.application.ports import BeginUnitOfWork, Move, StockMove
from orders_domain.order import Order
from orders_domain.values import ItemQuantity, ShipmentId
from tests.integration.command_api.warehouse import Elsewhere, an_order, confirm, elsewhere
from tests.suites.command_examples import CONTEXT, new_order_id
from tests.suites.command_inventory import UNITS, InventoryPromises


@pytest.fixture
async def place(write_database_url: str) -> AsyncIterator[Elsewhere]:
    async with elsewhere(write_database_url) as place:
        yield place


async def test_what_is_refused_there_waits_longer_each_time_and_holds_up_no_other_order(place: Elsewhere) -> None:
    (stuck, _), (other, _) = await an_order(place), await an_order(place)
    for order in (stuck, other):
        await confirm(place, order)
        await place.bus().dispatch(CancelOrder(order_id=order.order_id, reason="late"), CONTEXT)
    place.warehouse.trouble = lambda wish: httpx.Response(400) if wish["order_id"] == str(stuck.order_id) else None
    waits = []
    for _ in range(8):
        await place.rows("UPDATE inventory_intents SET due_at = now()")
        await place.sweep()
        ((seconds,),) = await place.rows("SELECT extract(epoch FROM due_at - now())::int FROM inventory_intents")
        waits.append(seconds)
    assert waits == [pytest.approx(wait, abs=2) for wait in (30, 60, 120, 240, 300, 300, 300, 300)]


async def test_moves_of_one_order_are_made_one_after_the_other(place: Elsewhere) -> None:
    order, sku = await an_order(place)
    await confirm(place, order)
    items = (ItemQuantity(sku, 1),)
    for _ in range(2):
        parcel = ShipmentId(new_order_id())
        ship = ShipItems(order_id=order.order_id, shipment_id=parcel, items=items, carrier=None, tracking=None)
        await place.bus().dispatch(ship, CONTEXT)
    assert await place.listed() == ["ship", "ship"]
    await place.sweep()
    assert (place.warehouse.moves, await place.listed()) == (["reserve", "ship"], ["ship"])


async def test_of_several_replicas_each_thing_is_done_by_one(place: Elsewhere) -> None:
    orders = [(await an_order(place))[0] for _ in range(30)]
    for order in orders:
        await confirm(place, order)
        await place.bus().dispatch(CancelOrder(order_id=order.order_id, reason="late"), CONTEXT)
    before = len(place.warehouse.asked)
    replicas = [Sweep(place.call, place.intents, lease_seconds=30) for _ in range(4)]
    while await place.listed():
        await asyncio.gather(*(sweep() for sweep in replicas))
    assert len(place.warehouse.asked) - before == len(orders)


class PostgresStage:
    """What units of work leave in the list of intents."""

    def __init__(self, place: Elsewhere) -> None:
        self._place = place
        self.begin: BeginUnitOfWork = place.units.begin

    async def reserved(self, order: Order) -> int:
        return await self._place.intents.open(order, UNITS, 60)

    async def give_up(self, reservation: int) -> None:
        assert await self._place.intents.give_up(reservation)

    async def told(self, order: Order) -> list[StockMove]:
        rows = await self._place.rows("SELECT move, order_id, version, units FROM inventory_intents ORDER BY intent_id")
        return [
            StockMove(move=Move(move), order_id=order_id, version=version, units=units)
            for move, order_id, version, units in rows
            if order_id == order.order_id
        ]


class TestInventoryOnPostgres(InventoryPromises):
    @pytest.fixture
    def elsewhere(self, place: Elsewhere) -> PostgresStage:
        return PostgresStage(place)
