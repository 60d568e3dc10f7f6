"""The use cases of orders, on a unit of work in memory: what they log, what they refuse, when they stay silent."""

from uuid import uuid4

import pytest

from command_api.application.commands.add_item import AddItem
from command_api.application.commands.cancel_order import CancelOrder
from command_api.application.commands.change_item_quantity import ChangeItemQuantity
from command_api.application.commands.confirm_order import ConfirmOrder
from command_api.application.commands.deliver_shipment import DeliverShipment
from command_api.application.commands.discard_order import DiscardOrder
from command_api.application.commands.remove_item import RemoveItem
from command_api.application.commands.set_shipping_address import SetShippingAddress
from command_api.application.commands.ship_items import ShipItems
from command_api.application.errors import StaleVersion
from command_api.application.outcome import Outcome
from orders_contracts.consistency import ConsistencyToken
from orders_domain import errors
from orders_domain.values import Currency, ItemQuantity, ShipmentId, Sku
from tests.suites.command_examples import ADDRESS, insisting, new_order_id, new_sku, stocked
from tests.unit.command_api.house import House, create

PARCEL = ShipmentId(uuid4())


@pytest.fixture
def house() -> House:
    return House()


async def test_creating_makes_a_draft_and_says_that_it_is_new(house: House) -> None:
    sku, order_id = await stocked(house.units.begin, 5), new_order_id()
    outcome = await house.do(create(order_id, sku))
    assert outcome == Outcome(written=ConsistencyToken("order", str(order_id), 1), is_new=True)
    assert await house.logged(order_id) == ["OrderCreated"]
    assert house.units.products[sku].reserved == 0
    assert house.units.orders[order_id].reference == "R-1"


async def test_creating_without_items_takes_the_currency_of_the_house(house: House) -> None:
    assert house.units.orders[await house.draft()].currency == "USD"
    assert house.units.orders[await house.draft(await stocked(house.units.begin, 5))].currency == "EUR"


async def test_creating_is_refused_for_what_nobody_sells_and_for_want_of_stock(house: House) -> None:
    sku = await stocked(house.units.begin, 1)
    await house.refuses(create(new_order_id(), new_sku()), errors.UnknownProduct)
    await house.refuses(create(new_order_id(), sku, quantity=2), errors.InsufficientInventory)
    await house.refuses(create(new_order_id(), sku, currency=Currency("JPY")), errors.CurrencyMismatch)


async def test_drafting_logs_each_change_of_a_line(house: House) -> None:
    sku = await stocked(house.units.begin, 5)
    order_id = await house.draft()
    house.units.orders.clear()
    house.units.events.clear()
    await house.do(create(order_id, currency=Currency("EUR")))
    await house.do(AddItem(order_id=order_id, sku=sku, quantity=2))
    await house.do(ChangeItemQuantity(order_id=order_id, sku=sku, quantity=3))
    outcome = await house.do(RemoveItem(order_id=order_id, sku=sku))
    assert outcome.written.version == 4
    assert not outcome.is_new
    assert await house.logged(order_id) == [
        "OrderCreated",
        "OrderItemAdded",
        "OrderItemQuantityChanged",
        "OrderItemRemoved",
    ]


async def test_drafting_is_refused_for_lines_and_products_that_are_not_there(house: House) -> None:
    sku = await stocked(house.units.begin, 1)
    order_id = await house.draft(sku)
    await house.refuses(AddItem(order_id=order_id, sku=new_sku(), quantity=1), errors.UnknownProduct)
    await house.refuses(AddItem(order_id=order_id, sku=sku, quantity=1), errors.InsufficientInventory)
    await house.refuses(ChangeItemQuantity(order_id=order_id, sku=new_sku(), quantity=1), errors.ItemNotFound)
    await house.refuses(RemoveItem(order_id=order_id, sku=new_sku()), errors.ItemNotFound)


async def test_what_changes_nothing_is_silent_and_answers_with_the_present_version(house: House) -> None:
    sku = await stocked(house.units.begin, 5)
    order_id = await house.draft(sku)
    for command in (
        ChangeItemQuantity(order_id=order_id, sku=sku, quantity=1),
        SetShippingAddress(order_id=order_id, address=ADDRESS),
    ):
        assert (await house.do(command)).written == ConsistencyToken("order", str(order_id), 1)
    assert await house.logged(order_id) == ["OrderCreated"]


async def test_confirming_reserves_all_lines_in_one_transaction(house: House) -> None:
    skus = [await stocked(house.units.begin, 5) for _ in range(3)]
    await house.confirmed(*skus, quantity=2)
    assert [house.units.products[sku].reserved for sku in skus] == [2, 2, 2]
    last = [event for event in house.units.events if event.transaction == house.units.commits]
    assert sorted(type(event.data).__name__ for event in last) == ["OrderConfirmed"] + ["StockReserved"] * 3


async def test_confirming_for_want_of_one_sku_reserves_none(house: House) -> None:
    plenty, last = await stocked(house.units.begin, 5), await stocked(house.units.begin, 1)
    late = await house.draft(plenty, last)
    await house.confirmed(last)
    await house.refuses(ConfirmOrder(order_id=late), errors.InsufficientInventory)
    assert house.units.products[plenty].reserved == 0


async def test_confirming_an_empty_order_is_refused(house: House) -> None:
    await house.refuses(ConfirmOrder(order_id=await house.draft()), errors.EmptyOrder)


async def test_cancelling_lets_go_of_the_stock_and_discarding_held_none(house: House) -> None:
    sku = await stocked(house.units.begin, 5)
    order_id, draft = await house.confirmed(sku), await house.draft(sku)
    await house.do(CancelOrder(order_id=order_id, reason="none"))
    await house.do(DiscardOrder(order_id=draft))
    assert house.units.products[sku].reserved == 0
    assert await house.logged(sku) == ["ProductListed", "StockAdjusted", "StockReserved", "StockReleased"]
    assert await house.logged(draft) == ["OrderCreated", "OrderDiscarded"]
    for command in (CancelOrder(order_id=order_id, reason="again"), DiscardOrder(order_id=draft)):
        await house.refuses(command, errors.IllegalTransition)


async def test_shipping_takes_the_units_off_hand_and_the_last_delivery_completes(house: House) -> None:
    sku = await stocked(house.units.begin, 5)
    order_id = await house.confirmed(sku, quantity=2)
    ship = ShipItems(order_id=order_id, shipment_id=PARCEL, items=(ItemQuantity(sku, 2),), carrier="DHL", tracking=None)
    outcome = await house.do(ship)
    assert outcome.created == PARCEL
    assert (house.units.products[sku].on_hand, house.units.products[sku].reserved) == (3, 0)
    deliver = DeliverShipment(order_id=order_id, shipment_id=PARCEL)
    assert (await house.do(deliver)).written.version == 5
    assert (await house.logged(order_id))[2:] == ["OrderShipped", "ShipmentDelivered", "OrderCompleted"]
    await house.refuses(deliver, errors.IllegalTransition)


async def test_shipping_what_is_not_ordered_and_delivering_what_was_not_sent_are_refused(house: House) -> None:
    sku = await stocked(house.units.begin, 5)
    order_id = await house.confirmed(sku)
    for items, error in [((sku, 2), errors.ShipmentExceedsOrdered), ((new_sku(), 1), errors.ItemNotFound)]:
        ship = ShipItems(
            order_id=order_id, shipment_id=PARCEL, items=(ItemQuantity(*items),), carrier=None, tracking=None
        )
        await house.refuses(ship, error)
    await house.refuses(DeliverShipment(order_id=order_id, shipment_id=PARCEL), errors.ShipmentNotFound)


async def test_every_command_on_an_order_finds_it_and_its_version_first(house: House) -> None:
    missing, sku = new_order_id(), Sku("CUP")
    commands = [
        AddItem(order_id=missing, sku=sku, quantity=1),
        ChangeItemQuantity(order_id=missing, sku=sku, quantity=1),
        RemoveItem(order_id=missing, sku=sku),
        SetShippingAddress(order_id=missing, address=ADDRESS),
        ConfirmOrder(order_id=missing),
        CancelOrder(order_id=missing, reason="none"),
        DiscardOrder(order_id=missing),
        ShipItems(order_id=missing, shipment_id=PARCEL, items=(ItemQuantity(sku, 1),), carrier=None, tracking=None),
        DeliverShipment(order_id=missing, shipment_id=PARCEL),
    ]
    for command in commands:
        await house.refuses(command, errors.OrderNotFound)
    await house.do(create(missing))
    for command in commands:
        with pytest.raises(StaleVersion):
            await house.bus.dispatch(command, insisting(7))
