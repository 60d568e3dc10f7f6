"""The second part of the story: orders that are discounted, doubted, paid, sent back, and left alone."""

from collections.abc import Iterator, Mapping
from typing import Final
from uuid import UUID

from command_api.application.commands.add_note import AddNote
from command_api.application.commands.apply_discount import ApplyDiscount
from command_api.application.commands.approve_review import ApproveReview
from command_api.application.commands.cancel_item import CancelItem
from command_api.application.commands.confirm_order import ConfirmOrder
from command_api.application.commands.decline_review import DeclineReview
from command_api.application.commands.delist_product import DelistProduct
from command_api.application.commands.deliver_shipment import DeliverShipment
from command_api.application.commands.expire_order import ExpireOrder
from command_api.application.commands.list_product import ListProduct
from command_api.application.commands.receive_return import ReceiveReturn
from command_api.application.commands.record_payment import RecordPayment
from command_api.application.commands.record_refund import RecordRefund
from command_api.application.commands.reject_return import RejectReturn
from command_api.application.commands.remove_charge import RemoveCharge
from command_api.application.commands.remove_discount import RemoveDiscount
from command_api.application.commands.request_return import RequestReturn
from command_api.application.commands.set_charge import SetCharge
from command_api.application.commands.ship_items import ShipItems
from orders_domain.order import Order
from orders_domain.values import (
    ChargeKind,
    DiscountCode,
    FraudVerdict,
    ItemQuantity,
    OrderId,
    ReturnId,
    ShipmentId,
    Sku,
)
from tests.contract.events.shop import CUP, EUR, TEA, create, numbered

SENT_BACK, DECLINED, DENIED, LEFT_ALONE = (numbered(number) for number in (4, 5, 6, 7))
JAR: Final = Sku("JAR-500ML")
WELCOME, SORRY = DiscountCode("WELCOME-10"), DiscountCode("SORRY.5")
PARCEL: Final = ShipmentId(UUID("019abcdf-0002-7000-8000-00000000beef"))
CUPS_BACK, TEA_BACK = (ReturnId(UUID(f"019abcdf-{number:04x}-7000-8000-00000000cafe")) for number in (1, 2))

_DRAFT: Final = [
    ApplyDiscount(order_id=SENT_BACK, code=WELCOME, percent_bp=1_000, amount_cents=None),
    ApplyDiscount(order_id=SENT_BACK, code=SORRY, percent_bp=None, amount_cents=500),
    RemoveDiscount(order_id=SENT_BACK, code=SORRY),
    SetCharge(order_id=SENT_BACK, kind=ChargeKind.SHIPPING, label="Standard, 3 days", amount_cents=490),
    SetCharge(order_id=SENT_BACK, kind=ChargeKind.FEE, label=None, amount_cents=250),
    RemoveCharge(order_id=SENT_BACK, kind=ChargeKind.FEE),
    AddNote(order_id=SENT_BACK, text="Please ring at the 2nd door — «Été» is on the bell."),
]
_SENT: Final = [
    ConfirmOrder(order_id=SENT_BACK),
    ApproveReview(order_id=SENT_BACK, reviewer="bob", reason="a customer for years"),
    CancelItem(order_id=SENT_BACK, sku=TEA, quantity=1, reason="the last pack was torn"),
    RecordPayment(
        order_id=SENT_BACK,
        amount_cents=2_000,
        reference="SEPA 2026-11-22/17",
        reason="a first part",
        allow_overpayment=False,
    ),
    ShipItems(
        order_id=SENT_BACK,
        shipment_id=PARCEL,
        items=(ItemQuantity(CUP, 6), ItemQuantity(TEA, 4)),
        carrier=None,
        tracking=None,
    ),
    DeliverShipment(order_id=SENT_BACK, shipment_id=PARCEL),
]
_BACK: Final = [
    RequestReturn(order_id=SENT_BACK, return_id=CUPS_BACK, items=(ItemQuantity(CUP, 2),), reason="too small"),
    ReceiveReturn(order_id=SENT_BACK, return_id=CUPS_BACK, restock=True),
    RequestReturn(order_id=SENT_BACK, return_id=TEA_BACK, items=(ItemQuantity(TEA, 1),), reason="too strong"),
    RejectReturn(order_id=SENT_BACK, return_id=TEA_BACK, reason="the pack is open"),
    RecordRefund(order_id=SENT_BACK, amount_cents=450, reference="SEPA 2026-11-29/3", reason="two cups came back"),
]
_DOUBTED: Final = [
    ConfirmOrder(order_id=DECLINED),
    DeclineReview(order_id=DECLINED, reviewer="bob", reason="nobody lives there"),
    ConfirmOrder(order_id=DENIED),
]


def commands() -> Iterator[object]:
    """One order is sent and comes back in part; two are doubted, one is left alone, and a product is given up."""
    yield create(SENT_BACK, ItemQuantity(CUP, 6), ItemQuantity(TEA, 5))
    yield from [*_DRAFT, *_SENT, *_BACK]
    yield create(DECLINED, ItemQuantity(TEA, 2))
    yield create(DENIED, ItemQuantity(TEA, 3))
    yield from _DOUBTED
    yield create(LEFT_ALONE, ItemQuantity(CUP, 1))
    yield ExpireOrder(order_id=LEFT_ALONE)
    yield ListProduct(sku=JAR, name="Jar, 500 ml", unit_price_cents=350, currency=EUR)
    yield DelistProduct(sku=JAR)


class GivenVerdicts:
    """A fraud check that has made up its mind."""

    _VERDICTS: Final[Mapping[OrderId, FraudVerdict]] = {
        SENT_BACK: FraudVerdict.REVIEW,
        DECLINED: FraudVerdict.REVIEW,
        DENIED: FraudVerdict.DENY,
    }

    async def assess(self, order: Order) -> FraudVerdict:
        """All others are approved."""
        return self._VERDICTS.get(order.order_id, FraudVerdict.APPROVE)
