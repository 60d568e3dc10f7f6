"""What is stored of an accepted command can be read by later versions: the forms of today are written down here."""

from typing import Any, Final
from uuid import UUID

import msgspec
import pytest

from command_api.application.commands.add_item import AddItem
from command_api.application.commands.add_note import AddNote
from command_api.application.commands.adjust_stock import AdjustStock
from command_api.application.commands.apply_discount import ApplyDiscount
from command_api.application.commands.approve_review import ApproveReview
from command_api.application.commands.cancel_item import CancelItem
from command_api.application.commands.cancel_order import CancelOrder
from command_api.application.commands.change_item_quantity import ChangeItemQuantity
from command_api.application.commands.confirm_order import ConfirmOrder
from command_api.application.commands.create_order import CreateOrder
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
from command_api.application.later import Asked
from command_api.application.stored_forms import StoredForms, stored_form
from command_api.composition import command_bus
from orders_domain.values import (
    ChargeKind,
    Currency,
    CustomerId,
    DiscountCode,
    ItemQuantity,
    OrderId,
    ReturnId,
    ShipmentId,
    ShippingAddress,
    Sku,
)
from tests.fakes.command_unit_of_work import InMemoryUnitsOfWork

ORDER: Final = OrderId(UUID(int=1))
PART: Final = UUID(int=2)
TEA: Final = Sku("TEA")
EUR: Final = Currency("EUR")
_OF_ORDER: Final = {"order_id": str(ORDER)}
_PART: Final = str(PART)
_ITEMS: Final = (ItemQuantity(TEA, 2),)
_ADDRESS: Final = ShippingAddress(
    recipient="Ada", line1="1 Road", line2=None, city="London", region=None, postal_code="SW1", country="GB"
)
_ADDRESS_FORM: Final[dict[str, Any]] = {
    "recipient": "Ada",
    "line1": "1 Road",
    "line2": None,
    "city": "London",
    "region": None,
    "postal_code": "SW1",
    "country": "GB",
}
_ITEMS_FORM: Final = [{"sku": "TEA", "quantity": 2}]

FORMS: Final[list[tuple[object, dict[str, Any]]]] = [
    (
        CreateOrder(
            order_id=ORDER,
            customer_id=CustomerId(PART),
            currency=EUR,
            reference="mine",
            items=_ITEMS,
            shipping_address=_ADDRESS,
        ),
        {
            "customer_id": _PART,
            "currency": "EUR",
            "reference": "mine",
            "items": _ITEMS_FORM,
            "shipping_address": _ADDRESS_FORM,
        },
    ),
    (AddItem(order_id=ORDER, sku=TEA, quantity=2), {"sku": "TEA", "quantity": 2}),
    (ChangeItemQuantity(order_id=ORDER, sku=TEA, quantity=2), {"sku": "TEA", "quantity": 2}),
    (RemoveItem(order_id=ORDER, sku=TEA), {"sku": "TEA"}),
    (SetShippingAddress(order_id=ORDER, address=_ADDRESS), {"address": _ADDRESS_FORM}),
    (ConfirmOrder(order_id=ORDER), {}),
    (CancelOrder(order_id=ORDER, reason="why"), {"reason": "why"}),
    (DiscardOrder(order_id=ORDER), {}),
    (ExpireOrder(order_id=ORDER), {}),
    (
        ShipItems(order_id=ORDER, shipment_id=ShipmentId(PART), items=_ITEMS, carrier="DHL", tracking=None),
        {"shipment_id": _PART, "items": _ITEMS_FORM, "carrier": "DHL", "tracking": None},
    ),
    (DeliverShipment(order_id=ORDER, shipment_id=ShipmentId(PART)), {"shipment_id": _PART}),
    (
        ApplyDiscount(order_id=ORDER, code=DiscountCode("TEN"), percent_bp=1_000, amount_cents=None),
        {"code": "TEN", "percent_bp": 1_000, "amount_cents": None},
    ),
    (RemoveDiscount(order_id=ORDER, code=DiscountCode("TEN")), {"code": "TEN"}),
    (
        SetCharge(order_id=ORDER, kind=ChargeKind.SHIPPING, label="Post", amount_cents=5),
        {"kind": "shipping", "label": "Post", "amount_cents": 5},
    ),
    (RemoveCharge(order_id=ORDER, kind=ChargeKind.SHIPPING), {"kind": "shipping"}),
    (ApproveReview(order_id=ORDER, reviewer="Bob", reason="why"), {"reviewer": "Bob", "reason": "why"}),
    (DeclineReview(order_id=ORDER, reviewer="Bob", reason="why"), {"reviewer": "Bob", "reason": "why"}),
    (
        CancelItem(order_id=ORDER, sku=TEA, quantity=2, reason="why"),
        {"sku": "TEA", "quantity": 2, "reason": "why"},
    ),
    (
        RecordPayment(order_id=ORDER, amount_cents=5, reference="r", allow_overpayment=True, reason=None),
        {"amount_cents": 5, "reference": "r", "allow_overpayment": True, "reason": None},
    ),
    (
        RecordRefund(order_id=ORDER, amount_cents=5, reference="r", reason="why"),
        {"amount_cents": 5, "reference": "r", "reason": "why"},
    ),
    (
        RequestReturn(order_id=ORDER, return_id=ReturnId(PART), items=_ITEMS, reason="why"),
        {"return_id": _PART, "items": _ITEMS_FORM, "reason": "why"},
    ),
    (
        ReceiveReturn(order_id=ORDER, return_id=ReturnId(PART), restock=True),
        {"return_id": _PART, "restock": True},
    ),
    (
        RejectReturn(order_id=ORDER, return_id=ReturnId(PART), reason="why"),
        {"return_id": _PART, "reason": "why"},
    ),
    (AddNote(order_id=ORDER, text="one\ntwo"), {"text": "one\ntwo"}),
    (
        ListProduct(sku=TEA, name="Tea", unit_price_cents=5, currency=EUR),
        {"sku": "TEA", "name": "Tea", "unit_price_cents": 5, "currency": "EUR"},
    ),
    (DelistProduct(sku=TEA), {"sku": "TEA"}),
    (AdjustStock(sku=TEA, delta=-1, reason="why"), {"sku": "TEA", "delta": -1, "reason": "why"}),
]
"""Each command, and its body as it is stored; those of orders have an `order_id` beside. Add, never change."""


def _form(command: object, form: dict[str, Any]) -> dict[str, Any]:
    return {**_OF_ORDER, **form} if hasattr(command, "order_id") else form


@pytest.fixture(scope="module")
def forms() -> StoredForms:
    return StoredForms(command_bus(InMemoryUnitsOfWork().begin, EUR).commands)


def test_every_command_has_its_form_here(forms: StoredForms) -> None:
    assert sorted(type(command).__name__ for command, _ in FORMS) == sorted(forms.kinds)


@pytest.mark.parametrize(("command", "form"), FORMS, ids=lambda part: type(part).__name__)
def test_what_was_stored_is_read_again(forms: StoredForms, command: object, form: dict[str, Any]) -> None:
    assert forms.decode(type(command).__name__, msgspec.json.encode(_form(command, form))) == command


@pytest.mark.parametrize(("command", "form"), FORMS, ids=lambda part: type(part).__name__)
def test_what_is_stored_has_that_form(command: object, form: dict[str, Any]) -> None:
    kind, body = stored_form(command)
    assert kind == type(command).__name__
    assert msgspec.json.decode(body) == _form(command, form)


def test_another_form_is_an_error(forms: StoredForms) -> None:
    with pytest.raises(ValueError, match="quantity"):
        forms.decode("AddItem", msgspec.json.encode({**_OF_ORDER, "sku": "TEA"}))
    with pytest.raises(LookupError):
        forms.decode("Nothing", b"{}")


@pytest.mark.parametrize(
    "form", [b'{"path":"/api/v1/orders","made":"return_id"}', b'{"path":"/api/v1/orders","made":null}']
)
def test_what_the_answer_hangs_on_is_read_again(form: bytes) -> None:
    asked = msgspec.json.decode(form, type=Asked)
    assert msgspec.json.encode(asked) == form
