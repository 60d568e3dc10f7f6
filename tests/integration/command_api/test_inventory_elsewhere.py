"""Units that lie elsewhere: reserved before an order is saved, and for no other, whatever breaks in between."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from unittest.mock import patch

import httpx
import orjson
import pytest

from command_api.adapters.http.inventory_call import InventoryCall
from command_api.adapters.postgres.intents import Intent
from command_api.adapters.postgres.inventory_moves import InventoryMoves
from command_api.adapters.postgres.unit_of_work import PostgresUnitOfWork
from command_api.application.commands.add_item import AddItem
from command_api.application.commands.cancel_order import CancelOrder
from command_api.application.commands.ship_items import ShipItems
from command_api.application.errors import InventoryUnavailable
from orders_domain.errors import IllegalTransition, InsufficientInventory, Shortage
from orders_domain.order import Order
from orders_domain.values import FraudVerdict, ItemQuantity, OrderStatus, ShipmentId, Sku
from tests.integration.command_api.warehouse import Elsewhere, an_order, confirm, elsewhere
from tests.suites.command_examples import CONTEXT, drafted, new_order_id, order_of, product_of, stocked


class Crash(BaseException):
    """The process is gone: nothing is tidied up."""


@pytest.fixture
async def place(write_database_url: str) -> AsyncIterator[Elsewhere]:
    async with elsewhere(write_database_url) as place:
        yield place


async def status(place: Elsewhere, order: Order) -> OrderStatus:
    return (await order_of(place.units.begin, order.order_id)).status


async def test_units_are_reserved_there_and_no_stock_moves_here(place: Elsewhere) -> None:
    order, sku = await an_order(place)
    await confirm(place, order)
    assert await status(place, order) is OrderStatus.CONFIRMED
    assert list(place.warehouse.held.values()) == [{sku: 2}]
    assert (await product_of_rows(place, sku)) == (0, 0, 1)
    assert await place.listed() == []
    (asked,) = place.warehouse.asked
    assert asked.headers["Idempotency-Key"].startswith(f"{order.order_id}-1-")


async def product_of_rows(place: Elsewhere, sku: Sku) -> tuple[int, int, int]:
    rows = await place.rows(f"SELECT on_hand, reserved, version FROM products WHERE sku = '{sku}'")
    return (rows[0][0], rows[0][1], rows[0][2])


async def test_want_of_units_is_told_by_the_warehouse_alone(place: Elsewhere) -> None:
    order, sku = await an_order(place, stock=1)
    await place.bus().dispatch(AddItem(order_id=order.order_id, sku=sku, quantity=7), CONTEXT)
    assert (await product_of(place.units.begin, sku)).available > 10**9
    with pytest.raises(InsufficientInventory) as refused:
        await confirm(place, order)
    assert refused.value.extra["items"] == [{"sku": sku, "requested": 9, "available": 1}]
    assert await status(place, order) is OrderStatus.DRAFT
    await place.sweep_all()
    assert (place.warehouse.stock[sku], await place.listed()) == (1, [])


async def test_a_cancelled_order_lets_go_of_its_units_after_it_is_saved(place: Elsewhere) -> None:
    order, sku = await an_order(place)
    await confirm(place, order)
    await place.bus().dispatch(CancelOrder(order_id=order.order_id, reason="changed my mind"), CONTEXT)
    assert (place.warehouse.moves, await place.listed()) == (["reserve"], ["release"])
    await place.sweep_all()
    assert (place.warehouse.moves, await place.listed()) == (["reserve", "release"], [])
    assert place.warehouse.stock[sku] == 9


async def test_a_parcel_is_told_after_it_is_saved(place: Elsewhere) -> None:
    order, sku = await an_order(place)
    await confirm(place, order)
    parcel = ShipmentId(new_order_id())
    items = (ItemQuantity(sku, 2),)
    ship = ShipItems(order_id=order.order_id, shipment_id=parcel, items=items, carrier=None, tracking=None)
    await place.bus().dispatch(ship, CONTEXT)
    assert await place.listed() == ["ship"]
    await place.sweep_all()
    told = orjson.loads(place.warehouse.asked[-1].content)
    assert (told["move"], told["version"], told["items"]) == ("ship", 2, [{"sku": sku, "quantity": 2}])


async def crash_before_asking(_self: InventoryCall, _intent: object) -> None:
    raise Crash


def after(real: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def crashing(*arguments: Any) -> None:
        await real(*arguments)
        raise Crash

    return crashing


async def crash_before_saving(_self: PostgresUnitOfWork) -> None:
    raise Crash


BETWEEN = {
    "before the warehouse is asked": (InventoryCall, "__call__", crash_before_asking),
    "when it has answered": (InventoryCall, "__call__", after(InventoryCall.__call__)),
    "before the order is saved": (PostgresUnitOfWork, "commit", crash_before_saving),
    "within the transaction": (InventoryMoves, "write", after(InventoryMoves.write)),
}


@pytest.mark.parametrize(("owner", "step", "planted"), BETWEEN.values(), ids=list(BETWEEN))
async def test_a_crash_between_reserving_and_saving_leaks_nothing(
    owner: type, step: str, planted: Callable[..., Awaitable[None]], place: Elsewhere
) -> None:
    order, sku = await an_order(place)
    with patch.object(owner, step, planted), pytest.raises(Crash):
        await confirm(place, order)
    assert await place.listed() == ["reserve"]
    assert not await place.sweep()
    assert await place.listed() == ["reserve"]
    await place.sweep_all()
    assert (place.warehouse.stock[sku], place.warehouse.held, await place.listed()) == (9, {}, [])
    await confirm(place, order)
    assert (place.warehouse.stock[sku], await status(place, order)) == (7, OrderStatus.CONFIRMED)


async def test_a_crash_after_saving_takes_nothing_back(place: Elsewhere) -> None:
    order, sku = await an_order(place)
    with patch.object(PostgresUnitOfWork, "commit", after(PostgresUnitOfWork.commit)), pytest.raises(Crash):
        await confirm(place, order)
    await place.sweep_all()
    assert (place.warehouse.stock[sku], place.warehouse.moves) == (7, ["reserve"])
    assert await status(place, order) is OrderStatus.CONFIRMED


@pytest.mark.parametrize(("owner", "step"), [(owner, step) for owner, step, _ in BETWEEN.values()], ids=list(BETWEEN))
async def test_what_fails_before_it_is_saved_is_given_back_at_once(owner: type, step: str, place: Elsewhere) -> None:
    order, sku = await an_order(place)

    async def failing(*_arguments: object) -> None:
        raise ZeroDivisionError

    with patch.object(owner, step, failing), pytest.raises(ZeroDivisionError):
        await confirm(place, order)
    assert await place.listed() == ["undo"]
    assert await place.sweep()
    assert (place.warehouse.stock[sku], place.warehouse.held, await place.listed()) == (9, {}, [])


class Meddler:
    """Judges, and changes the order meanwhile, once."""

    def __init__(self, place: Elsewhere, sku: Sku) -> None:
        self._place = place
        self._sku = sku
        self.judged: list[int] = []

    async def assess(self, order: Order) -> FraudVerdict:
        self.judged.append(order.version)
        if len(self.judged) == 1:
            add = AddItem(order_id=order.order_id, sku=self._sku, quantity=1)
            await self._place.bus().dispatch(add, CONTEXT)
        return FraudVerdict.APPROVE


async def test_on_a_conflict_both_are_asked_again_about_the_order_as_it_is_now(place: Elsewhere) -> None:
    order, sku = await an_order(place)
    meddler = Meddler(place, sku)
    await confirm(place, order, fraud_check=meddler)
    assert meddler.judged == [1, 2]
    await place.sweep_all()
    assert (place.warehouse.stock[sku], list(place.warehouse.held.values())) == (6, [{sku: 3}])
    assert place.warehouse.moves == ["reserve", "reserve", "undo"]


async def test_want_of_units_for_an_order_that_has_moved_on_is_no_refusal(place: Elsewhere) -> None:
    order, sku = await an_order(place)
    real = InventoryCall.__call__

    async def short_and_too_late(call: InventoryCall, intent: Intent) -> list[Shortage]:
        if intent.version == 1:
            add = AddItem(order_id=order.order_id, sku=sku, quantity=1)
            await place.bus().dispatch(add, CONTEXT)
            return [Shortage(sku=sku, requested=2, available=1)]
        return await real(call, intent)

    with patch.object(InventoryCall, "__call__", short_and_too_late):
        await confirm(place, order)
    assert (await status(place, order), place.warehouse.stock[sku]) == (OrderStatus.CONFIRMED, 6)


async def test_a_reservation_that_was_swept_before_its_order_was_saved_is_made_anew(place: Elsewhere) -> None:
    order, sku = await an_order(place)
    real, slow = PostgresUnitOfWork.commit, ["the first time"]

    async def commit(unit: PostgresUnitOfWork) -> None:
        if slow:
            slow.clear()
            await place.sweep_all()
        await real(unit)

    with patch.object(PostgresUnitOfWork, "commit", commit):
        await confirm(place, order)
    assert place.warehouse.moves == ["reserve", "undo", "reserve"]
    assert (place.warehouse.stock[sku], await place.listed()) == (7, [])
    assert await status(place, order) is OrderStatus.CONFIRMED


async def test_of_many_who_confirm_at_once_one_does_and_units_are_held_once(place: Elsewhere) -> None:
    order, sku = await an_order(place, stock=2)
    ends = await asyncio.gather(*(confirm(place, order) for _ in range(8)), return_exceptions=True)
    assert ends.count(None) == 1
    assert {type(end) for end in ends if end is not None} == {IllegalTransition}
    await place.sweep_all()
    assert (place.warehouse.stock[sku], list(place.warehouse.held.values())) == (0, [{sku: 2}])


async def test_of_fifty_orders_for_the_last_ten_units_ten_are_confirmed(place: Elsewhere) -> None:
    sku = await stocked(place.units.begin, 0)
    place.warehouse.stock[sku] = 10
    orders = [await drafted(place.units.begin, sku) for _ in range(50)]
    ends = await asyncio.gather(*(confirm(place, order) for order in orders), return_exceptions=True)
    assert (ends.count(None), {type(end) for end in ends if end is not None}) == (10, {InsufficientInventory})
    await place.sweep_all()
    assert (place.warehouse.stock[sku], len(place.warehouse.held), await place.listed()) == (0, 10, [])


async def test_while_the_warehouse_is_down_nothing_is_confirmed_and_nothing_forgotten(place: Elsewhere) -> None:
    order, sku = await an_order(place)
    place.warehouse.trouble = lambda _: httpx.Response(503)
    with pytest.raises(InventoryUnavailable):
        await confirm(place, order)
    assert await status(place, order) is OrderStatus.DRAFT
    await place.sweep_all()
    assert await place.listed() == ["undo"]
    place.warehouse.trouble = lambda _: None
    await confirm(place, order)
    await place.sweep_all()
    assert (place.warehouse.stock[sku], await place.listed()) == (7, [])


async def test_an_answer_that_was_lost_leaves_nothing_reserved(place: Elsewhere) -> None:
    order, sku = await an_order(place)

    def lose_the_answer(wish: dict[str, Any]) -> httpx.Response | None:
        if wish["move"] == "reserve" and not place.warehouse.held:
            place.warehouse._reserve(wish["reservation"], {item["sku"]: item["quantity"] for item in wish["items"]})
        return httpx.Response(200, html="<h1>oops</h1>") if wish["move"] == "reserve" else None

    place.warehouse.trouble = lose_the_answer
    with pytest.raises(InventoryUnavailable):
        await confirm(place, order)
    assert place.warehouse.held
    await place.sweep_all()
    assert (place.warehouse.stock[sku], place.warehouse.held) == (9, {})
