"""What a fuzzed command-api finds beside the rest: orders for each call of their later life, and for no other call."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from command_api.adapters.in_house import OwnStock
from command_api.application.commands.apply_discount import ApplyDiscount
from command_api.application.commands.confirm_order import ConfirmOrder
from command_api.application.commands.create_order import CreateOrder
from command_api.application.commands.deliver_shipment import DeliverShipment
from command_api.application.commands.list_product import ListProduct
from command_api.application.commands.record_payment import RecordPayment
from command_api.application.commands.request_return import RequestReturn
from command_api.application.commands.set_charge import SetCharge
from command_api.application.commands.ship_items import ShipItems
from command_api.application.outside import Outside
from orders_domain.order import Order
from orders_domain.values import (
    MAX_PAYMENT_CENTS,
    ChargeKind,
    DiscountCode,
    FraudVerdict,
    ItemQuantity,
    OrderId,
    ReturnId,
    ShipmentId,
    Sku,
)
from tests.contract.events.shop import HOME
from tests.contract.http.seed import CUSTOMER, EUR, MUG, TEA, dispatch_all

SPRING: Final = DiscountCode("SPRING-10")
SPARE: Final = [Sku(f"SPARE-{number}") for number in range(8)]
_ORDERS: Final = [OrderId(UUID(f"0193f5a2-0000-7000-9000-{number:012x}")) for number in range(40)]
PRICED: Final = _ORDERS[:10]
"""Drafts with a discount and every charge."""
DOUBTED: Final = _ORDERS[10:30]
"""Held for a review."""
STANDING: Final = _ORDERS[30:35]
"""Confirmed, with very many units."""
ARRIVED: Final = _ORDERS[35]
"""Delivered, paid, with open returns and much left to send back."""
RETURNS: Final = [ReturnId(UUID(f"0193f5a2-0000-7000-a000-{number:012x}")) for number in range(30)]
_PARCEL: Final = ShipmentId(UUID("0193f5a2-0000-7000-b000-000000000000"))


class _Doubt:
    """A fraud check that does not know of some orders."""

    async def assess(self, order: Order) -> FraudVerdict:
        return FraudVerdict.REVIEW if order.order_id in DOUBTED else FraudVerdict.APPROVE


def commands() -> Iterator[object]:
    """On top of what the seed has done."""
    for sku in SPARE:
        yield ListProduct(sku=sku, name="Spare part", unit_price_cents=100, currency=EUR)
    for order_id in (*PRICED, *DOUBTED):
        yield _create(order_id, 5)
    for order_id in (*STANDING, ARRIVED):
        yield _create(order_id, 9_999)
    for order_id in PRICED:
        yield ApplyDiscount(order_id=order_id, code=SPRING, percent_bp=1_000, amount_cents=None)
        for kind in ChargeKind:
            yield SetCharge(order_id=order_id, kind=kind, label=None, amount_cents=490)
    for order_id in (*DOUBTED, *STANDING, ARRIVED):
        yield ConfirmOrder(order_id=order_id)
    yield ShipItems(
        order_id=ARRIVED, shipment_id=_PARCEL, items=_of_both(9_999), carrier="DHL", tracking="JD0146 0000 5678"
    )
    yield DeliverShipment(order_id=ARRIVED, shipment_id=_PARCEL)
    yield RecordPayment(
        order_id=ARRIVED, amount_cents=MAX_PAYMENT_CENTS, reference="first", reason=None, allow_overpayment=True
    )
    for return_id in RETURNS:
        yield RequestReturn(order_id=ARRIVED, return_id=return_id, items=_of_both(1), reason="a chip in the rim")


def _create(order_id: OrderId, quantity: int) -> CreateOrder:
    return CreateOrder(
        order_id=order_id,
        customer_id=CUSTOMER,
        currency=None,
        reference=None,
        items=_of_both(quantity),
        shipping_address=HOME,
    )


def _of_both(quantity: int) -> tuple[ItemQuantity, ...]:
    return ItemQuantity(TEA, quantity), ItemQuantity(MUG, quantity)


async def seed_later(write_database_url: str) -> None:
    """Let it happen, after the seed."""
    await dispatch_all(write_database_url, commands(), outside=Outside(_Doubt(), OwnStock()))
