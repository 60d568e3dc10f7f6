"""The use cases of an order's money, reviews, returns and notes, on a unit of work in memory."""

from uuid import uuid4

import pytest

from command_api.application.commands.add_note import AddNote
from command_api.application.commands.apply_discount import ApplyDiscount
from command_api.application.commands.approve_review import ApproveReview
from command_api.application.commands.cancel_item import CancelItem
from command_api.application.commands.cancel_order import CancelOrder
from command_api.application.commands.decline_review import DeclineReview
from command_api.application.commands.delist_product import DelistProduct
from command_api.application.commands.deliver_shipment import DeliverShipment
from command_api.application.commands.expire_order import ExpireOrder
from command_api.application.commands.receive_return import ReceiveReturn
from command_api.application.commands.record_payment import RecordPayment
from command_api.application.commands.record_refund import RecordRefund
from command_api.application.commands.reject_return import RejectReturn
from command_api.application.commands.remove_charge import RemoveCharge
from command_api.application.commands.remove_discount import RemoveDiscount
from command_api.application.commands.request_return import RequestReturn
from command_api.application.commands.set_charge import SetCharge
from command_api.application.commands.ship_items import ShipItems
from command_api.application.errors import StaleVersion
from orders_domain import errors
from orders_domain.values import (
    ChargeKind,
    DiscountCode,
    FraudVerdict,
    ItemQuantity,
    OrderId,
    OrderStatus,
    ReturnId,
    ShipmentId,
    Sku,
)
from tests.suites.command_examples import insisting, new_order_id, stocked
from tests.unit.command_api.house import House, create

SPRING, VOUCHER = DiscountCode("SPRING"), DiscountCode("VOUCHER")


@pytest.fixture
def house() -> House:
    return House()


def discount(order_id: OrderId, code: DiscountCode = SPRING, cents: int | None = None) -> ApplyDiscount:
    """A tenth, or an amount."""
    percent = 1_000 if cents is None else None
    return ApplyDiscount(order_id=order_id, code=code, percent_bp=percent, amount_cents=cents)


def payment(order_id: OrderId, cents: int, reference: str = "p-1", *, more: bool = False) -> RecordPayment:
    return RecordPayment(
        order_id=order_id, amount_cents=cents, reference=reference, reason=None, allow_overpayment=more
    )


def refund(order_id: OrderId, cents: int, reference: str = "r-1") -> RecordRefund:
    return RecordRefund(order_id=order_id, amount_cents=cents, reference=reference, reason=None)


def sending_back(order_id: OrderId, sku: Sku, quantity: int) -> RequestReturn:
    items = (ItemQuantity(sku, quantity),)
    return RequestReturn(order_id=order_id, return_id=ReturnId(uuid4()), items=items, reason="too small")


async def delivered(house: House, sku: Sku, quantity: int) -> OrderId:
    order_id, parcel = await house.confirmed(sku, quantity=quantity), ShipmentId(uuid4())
    items = (ItemQuantity(sku, quantity),)
    await house.do(ShipItems(order_id=order_id, shipment_id=parcel, items=items, carrier=None, tracking=None))
    await house.do(DeliverShipment(order_id=order_id, shipment_id=parcel))
    return order_id


async def test_discounts_and_charges_of_a_draft_come_and_go(house: House) -> None:
    order_id = await house.draft(await stocked(house.units.begin, 5), quantity=4)
    shipping = SetCharge(order_id=order_id, kind=ChargeKind.SHIPPING, label="Express", amount_cents=990)
    await house.do(discount(order_id))
    await house.do(discount(order_id, VOUCHER, cents=100))
    await house.do(shipping)
    assert (await house.do(shipping)).written.version == 4
    assert house.units.orders[order_id].results.total_cents == 1_000 - 100 - 100 + 990
    await house.do(RemoveDiscount(order_id=order_id, code=SPRING))
    await house.do(RemoveCharge(order_id=order_id, kind=ChargeKind.SHIPPING))
    assert house.units.orders[order_id].results.total_cents == 900
    assert (await house.logged(order_id))[1:] == [
        "DiscountApplied",
        "DiscountApplied",
        "ChargeSet",
        "DiscountRemoved",
        "ChargeRemoved",
    ]


async def test_discounts_and_charges_that_do_not_fit_are_refused(house: House) -> None:
    order_id = await house.draft(await stocked(house.units.begin, 5))
    await house.do(discount(order_id))
    await house.refuses(discount(order_id), errors.DuplicateDiscount)
    await house.refuses(discount(order_id, VOUCHER, cents=226), errors.DiscountExceedsTotal)
    await house.refuses(RemoveDiscount(order_id=order_id, code=VOUCHER), errors.DiscountNotFound)
    await house.refuses(RemoveCharge(order_id=order_id, kind=ChargeKind.TAX), errors.ChargeNotFound)
    for number in range(19):
        await house.do(discount(order_id, DiscountCode(f"N-{number}")))
    await house.refuses(discount(order_id, VOUCHER), errors.PartLimit)


async def test_a_review_ends_with_a_confirmed_order_or_with_its_stock_released(house: House) -> None:
    sku = await stocked(house.units.begin, 5)
    house.judge.verdict = FraudVerdict.REVIEW
    good, bad = [await house.confirmed(sku, quantity=2) for _ in range(2)]
    assert house.units.products[sku].reserved == 4
    await house.do(ApproveReview(order_id=good, reviewer="Grace", reason="known"))
    await house.do(DeclineReview(order_id=bad, reviewer="Grace", reason="unknown"))
    assert [house.units.orders[one].status for one in (good, bad)] == [OrderStatus.CONFIRMED, OrderStatus.CANCELLED]
    assert house.units.products[sku].reserved == 2
    for order_id in (good, bad):
        await house.refuses(ApproveReview(order_id=order_id, reviewer="x", reason="y"), errors.IllegalTransition)
        await house.refuses(DeclineReview(order_id=order_id, reviewer="x", reason="y"), errors.IllegalTransition)


async def test_cancelling_units_lets_go_of_them_and_the_last_one_ends_the_order(house: House) -> None:
    sku = await stocked(house.units.begin, 5)
    order_id = await house.confirmed(sku, quantity=3)
    await house.refuses(CancelItem(order_id=order_id, sku=sku, quantity=4, reason="x"), errors.CancelExceedsUnshipped)
    await house.refuses(CancelItem(order_id=order_id, sku=Sku("NO"), quantity=1, reason="x"), errors.ItemNotFound)
    await house.do(CancelItem(order_id=order_id, sku=sku, quantity=2, reason="none left"))
    assert house.units.products[sku].reserved == 1
    await house.do(CancelItem(order_id=order_id, sku=sku, quantity=1, reason="none left"))
    assert house.units.products[sku].reserved == 0
    assert house.units.orders[order_id].status is OrderStatus.CANCELLED


async def test_payments_and_refunds_count_once_and_stay_within_what_is_due_and_paid(house: House) -> None:
    order_id = await house.confirmed(await stocked(house.units.begin, 5), quantity=2)
    await house.do(payment(order_id, 400))
    await house.refuses(payment(order_id, 50), errors.DuplicateReference)
    await house.refuses(payment(order_id, 101, "p-2"), errors.Overpayment)
    await house.do(payment(order_id, 101, "p-2", more=True))
    await house.do(refund(order_id, 500))
    await house.refuses(refund(order_id, 1), errors.DuplicateReference)
    await house.refuses(refund(order_id, 2, "r-2"), errors.RefundExceedsPaid)
    order = house.units.orders[order_id]
    assert (order.paid_cents, order.refunded_cents) == (501, 500)


async def test_what_comes_back_is_put_on_hand_where_asked_and_what_is_rejected_stays_delivered(house: House) -> None:
    sku = await stocked(house.units.begin, 5)
    order_id = await delivered(house, sku, 3)
    first, second, third = (sending_back(order_id, sku, 1) for _ in range(3))
    for one in (first, second, third):
        assert (await house.do(one)).created == one.return_id
    await house.refuses(sending_back(order_id, sku, 1), errors.ReturnExceedsDelivered)
    await house.do(ReceiveReturn(order_id=order_id, return_id=first.return_id, restock=True))
    assert house.units.products[sku].on_hand == 3
    await house.do(ReceiveReturn(order_id=order_id, return_id=second.return_id, restock=False))
    await house.do(RejectReturn(order_id=order_id, return_id=third.return_id, reason="worn"))
    assert house.units.products[sku].on_hand == 3
    again = ReceiveReturn(order_id=order_id, return_id=third.return_id, restock=True)
    await house.refuses(again, errors.IllegalTransition)
    unknown = ReceiveReturn(order_id=order_id, return_id=ReturnId(uuid4()), restock=True)
    await house.refuses(unknown, errors.ReturnNotFound)
    assert (await house.do(sending_back(order_id, sku, 1))).created is not None


async def test_notes_are_kept_in_any_state_up_to_their_limit(house: House) -> None:
    order_id = await house.confirmed(await stocked(house.units.begin, 5))
    await house.do(CancelOrder(order_id=order_id, reason="none"))
    for number in range(100):
        await house.do(AddNote(order_id=order_id, text=f"Note {number}"))
    await house.refuses(AddNote(order_id=order_id, text="one more"), errors.NoteLimit)


async def test_only_a_draft_expires(house: House) -> None:
    sku = await stocked(house.units.begin, 5)
    draft = await house.draft(sku)
    await house.do(ExpireOrder(order_id=draft))
    assert house.units.orders[draft].status is OrderStatus.EXPIRED
    await house.refuses(ExpireOrder(order_id=draft), errors.IllegalTransition)
    await house.refuses(ExpireOrder(order_id=await house.confirmed(sku)), errors.IllegalTransition)


async def test_a_delisted_product_takes_no_new_lines_and_old_orders_go_on(house: House) -> None:
    sku = await stocked(house.units.begin, 5)
    standing = await delivered(house, sku, 1)
    assert [(await house.do(DelistProduct(sku=sku))).written.version for _ in range(2)] == [5, 5]
    await house.refuses(create(new_order_id(), sku), errors.ProductDelisted)
    await house.do(sending_back(standing, sku, 1))
    await house.refuses(DelistProduct(sku=Sku("NOBODY")), errors.ProductNotFound)


async def test_every_command_finds_the_order_and_its_version_first(house: House) -> None:
    missing, sku = new_order_id(), Sku("CUP")
    commands = [
        discount(missing),
        RemoveDiscount(order_id=missing, code=SPRING),
        SetCharge(order_id=missing, kind=ChargeKind.FEE, label=None, amount_cents=1),
        RemoveCharge(order_id=missing, kind=ChargeKind.FEE),
        ApproveReview(order_id=missing, reviewer="Grace", reason="known"),
        DeclineReview(order_id=missing, reviewer="Grace", reason="unknown"),
        CancelItem(order_id=missing, sku=sku, quantity=1, reason="none"),
        payment(missing, 1),
        refund(missing, 1),
        sending_back(missing, sku, 1),
        ReceiveReturn(order_id=missing, return_id=ReturnId(uuid4()), restock=True),
        RejectReturn(order_id=missing, return_id=ReturnId(uuid4()), reason="worn"),
        AddNote(order_id=missing, text="?"),
        ExpireOrder(order_id=missing),
    ]
    for command in commands:
        await house.refuses(command, errors.OrderNotFound)
    await house.do(create(missing))
    for command in commands:
        with pytest.raises(StaleVersion):
            await house.bus.dispatch(command, insisting(7))
