"""Every command, from where it is possible, and the statements that it may take: BEGIN and COMMIT not counted."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, NamedTuple
from uuid import UUID

from command_api.application.commands.add_item import AddItem
from command_api.application.commands.add_note import AddNote
from command_api.application.commands.adjust_stock import AdjustStock
from command_api.application.commands.apply_discount import ApplyDiscount
from command_api.application.commands.approve_review import ApproveReview
from command_api.application.commands.cancel_item import CancelItem
from command_api.application.commands.cancel_order import CancelOrder
from command_api.application.commands.change_item_quantity import ChangeItemQuantity
from command_api.application.commands.confirm_order import ConfirmOrder
from command_api.application.commands.decline_review import DeclineReview
from command_api.application.commands.delist_product import DelistProduct
from command_api.application.commands.deliver_shipment import DeliverShipment
from command_api.application.commands.discard_order import DiscardOrder
from command_api.application.commands.expire_order import ExpireOrder
from command_api.application.commands.list_product import ListProduct
from command_api.application.commands.receive_return import ReceiveReturn
from command_api.application.commands.record_payment import RecordPayment
from command_api.application.commands.record_refund import RecordRefund
from command_api.application.commands.reject_return import RejectReturn
from command_api.application.commands.remove_charge import RemoveCharge
from command_api.application.commands.remove_discount import RemoveDiscount
from command_api.application.commands.remove_item import RemoveItem
from command_api.application.commands.request_return import RequestReturn
from command_api.application.commands.set_charge import SetCharge
from command_api.application.commands.set_shipping_address import SetShippingAddress
from command_api.application.commands.ship_items import ShipItems
from orders_domain.values import ChargeKind, DiscountCode, OrderId, ReturnId, Sku
from tests.integration.command_api.counting import PARCEL, CountedHouse
from tests.suites.command_examples import ADDRESS, EUR, new_order_id

Step = Callable[[CountedHouse, OrderId], object]
"""Makes a command on the order, or on a product of the house."""


class Case(NamedTuple):
    """`stage` makes the order; the last of `steps` is counted, those before it lead there."""

    statements: int
    stage: Callable[[CountedHouse], Awaitable[OrderId]]
    steps: tuple[Step, ...]


async def nothing(_house: CountedHouse) -> OrderId:
    return new_order_id()


def case(statements: int, stage: Callable[[CountedHouse], Awaitable[OrderId]], *steps: Step) -> Case:
    return Case(statements, stage, steps)


draft, confirmed, in_review = CountedHouse.draft, CountedHouse.confirmed, CountedHouse.in_review
shipped, delivered = CountedHouse.shipped, CountedHouse.delivered
CODE: Final = DiscountCode("SPRING")
BACK: Final = ReturnId(UUID(int=8))
FEE: Final = ChargeKind.FEE


def _discount(_: CountedHouse, at: OrderId) -> ApplyDiscount:
    return ApplyDiscount(order_id=at, code=CODE, percent_bp=1_000, amount_cents=None)


def _charge(_: CountedHouse, at: OrderId) -> SetCharge:
    return SetCharge(order_id=at, kind=FEE, label="Fee", amount_cents=10)


def _payment(_: CountedHouse, at: OrderId) -> RecordPayment:
    return RecordPayment(order_id=at, amount_cents=10, reference="p", reason=None, allow_overpayment=False)


def _return(h: CountedHouse, at: OrderId) -> RequestReturn:
    return RequestReturn(order_id=at, return_id=BACK, items=h.units(1), reason="too small")


def _parcel(h: CountedHouse, at: OrderId) -> ShipItems:
    return ShipItems(order_id=at, shipment_id=PARCEL, items=h.units(), carrier=None, tracking=None)


def _listing(_: CountedHouse, at: OrderId) -> ListProduct:
    return ListProduct(sku=_sku(at), name="Cup", unit_price_cents=250, currency=EUR)


def _sku(at: OrderId) -> Sku:
    """A product of this case alone."""
    return Sku(f"SKU-{at}")


ON_AN_ORDER: Final[dict[str, Case]] = {
    "create with nothing to look up": case(1, nothing, lambda h, _: h.creation(0)),
    "create with items": case(2, nothing, lambda h, _: h.creation()),
    "add an item": case(2, draft, lambda h, at: AddItem(order_id=at, sku=h.skus[0], quantity=1)),
    "change a quantity": case(2, draft, lambda h, at: ChangeItemQuantity(order_id=at, sku=h.skus[0], quantity=7)),
    "remove an item": case(2, draft, lambda h, at: RemoveItem(order_id=at, sku=h.skus[0])),
    "set the address": case(
        2, draft, lambda _, at: SetShippingAddress(order_id=at, address=replace(ADDRESS, city="Paris"))
    ),
    "apply a discount": case(2, draft, _discount),
    "remove a discount": case(2, draft, _discount, lambda _, at: RemoveDiscount(order_id=at, code=CODE)),
    "set a charge": case(2, draft, _charge),
    "remove a charge": case(2, draft, _charge, lambda _, at: RemoveCharge(order_id=at, kind=FEE)),
    "discard": case(2, draft, lambda _, at: DiscardOrder(order_id=at)),
    "expire": case(2, draft, lambda _, at: ExpireOrder(order_id=at)),
    "add a note": case(2, draft, lambda _, at: AddNote(order_id=at, text="Ring twice")),
    "approve": case(2, in_review, lambda _, at: ApproveReview(order_id=at, reviewer="Ada", reason="known")),
    "record a payment": case(2, confirmed, _payment),
    "record a refund": case(
        2, confirmed, _payment, lambda _, at: RecordRefund(order_id=at, amount_cents=5, reference="r", reason=None)
    ),
    "deliver": case(2, shipped, lambda _, at: DeliverShipment(order_id=at, shipment_id=PARCEL)),
    "request a return": case(2, delivered, _return),
    "reject a return": case(
        2, delivered, _return, lambda _, at: RejectReturn(order_id=at, return_id=BACK, reason="worn")
    ),
    "receive a return that is not put back": case(
        2, delivered, _return, lambda _, at: ReceiveReturn(order_id=at, return_id=BACK, restock=False)
    ),
}
WITH_STOCK: Final[dict[str, Case]] = {
    "confirm": case(4, draft, lambda _, at: ConfirmOrder(order_id=at)),
    "cancel": case(4, confirmed, lambda _, at: CancelOrder(order_id=at, reason="moved")),
    "decline": case(4, in_review, lambda _, at: DeclineReview(order_id=at, reviewer="Ada", reason="fraud")),
    "cancel an item": case(
        4, confirmed, lambda h, at: CancelItem(order_id=at, sku=h.skus[0], quantity=1, reason="broken")
    ),
    "ship": case(4, confirmed, _parcel),
    "receive a return": case(
        4, delivered, _return, lambda _, at: ReceiveReturn(order_id=at, return_id=BACK, restock=True)
    ),
}
ON_A_PRODUCT: Final[dict[str, Case]] = {
    "list a product": case(2, nothing, _listing),
    "adjust the stock": case(2, nothing, lambda h, _: AdjustStock(sku=h.skus[0], delta=1, reason="found")),
    "delist a product": case(2, nothing, _listing, lambda _, at: DelistProduct(sku=_sku(at))),
}
CASES: Final = {**ON_AN_ORDER, **WITH_STOCK, **ON_A_PRODUCT}
