"""Every refusal has a code of the published table, a sentence, and facts that JSON can carry."""

import json
from collections.abc import Iterator
from uuid import UUID

import pytest

from orders_domain import errors
from orders_domain.errors import DomainError
from orders_domain.values import ChargeKind, DiscountCode, OrderId, OrderStatus, ReturnId, ShipmentId
from tests.unit.orders_domain.examples import (
    CUP,
    EUR,
    USD,
)

SALE = DiscountCode("SALE")
EXAMPLES: list[DomainError] = [
    errors.IllegalTransition(OrderStatus.CANCELLED, "ship items"),
    errors.EmptyOrder(),
    errors.MissingAddress(),
    errors.OrderNotFound(OrderId(UUID(int=5))),
    errors.ItemNotFound(CUP),
    errors.ShipmentNotFound(ShipmentId(UUID(int=5))),
    errors.QuantityLimit(CUP, 9_999),
    errors.LineLimit(500),
    errors.ShipmentExceedsOrdered(CUP, 3, 2),
    errors.ProductNotFound(CUP),
    errors.UnknownProduct(CUP),
    errors.ProductDelisted(CUP),
    errors.CurrencyMismatch(CUP, EUR, USD),
    errors.InsufficientInventory([errors.Shortage(sku=CUP, requested=2, available=1)]),
    errors.StockBelowReserved(CUP, on_hand=3, reserved=2, delta=-2),
    errors.NoteLimit(100),
    errors.DiscountNotFound(SALE),
    errors.DuplicateDiscount(SALE),
    errors.PartLimit("discounts", 20),
    errors.DiscountExceedsTotal(SALE, 501, 500),
    errors.ChargeNotFound(ChargeKind.TAX),
    errors.DuplicateReference("bank-1"),
    errors.Overpayment(501, 500),
    errors.RefundExceedsPaid(501, 500),
    errors.CancelExceedsUnshipped(CUP, 3, 2),
    errors.ReturnNotFound(ReturnId(UUID(int=5))),
    errors.ReturnExceedsDelivered(CUP, 3, 2),
]
CODES = {
    "illegal_transition",
    "empty_order",
    "missing_address",
    "order_not_found",
    "item_not_found",
    "shipment_not_found",
    "quantity_limit",
    "line_limit",
    "shipment_exceeds_ordered",
    "product_not_found",
    "unknown_product",
    "product_delisted",
    "currency_mismatch",
    "insufficient_inventory",
    "stock_below_reserved",
    "note_limit",
    "discount_not_found",
    "duplicate_discount",
    "part_limit",
    "discount_exceeds_total",
    "charge_not_found",
    "duplicate_reference",
    "overpayment",
    "refund_exceeds_paid",
    "cancel_exceeds_unshipped",
    "return_not_found",
    "return_exceeds_delivered",
}


def subclasses(of: type[DomainError]) -> Iterator[type[DomainError]]:
    for found in of.__subclasses__():
        yield found
        yield from subclasses(found)


def test_every_refusal_has_an_example_here() -> None:
    published = {kind for kind in subclasses(DomainError) if kind.__module__.startswith(f"{errors.__name__}.")}
    assert {type(example) for example in EXAMPLES} == published


def test_codes_are_those_of_the_published_table_each_once() -> None:
    assert len(EXAMPLES) == len(CODES)
    assert {example.code for example in EXAMPLES} == CODES


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: error.code)
def test_a_refusal_says_a_sentence_and_carries_facts_for_json(error: DomainError) -> None:
    assert str(error) == error.detail
    assert error.detail[0].isupper()
    assert json.loads(json.dumps(error.extra)) == error.extra
    assert all(str(fact) in error.detail for key, fact in error.extra.items() if key != "items")


def test_a_shortage_names_each_sku_with_what_was_asked_and_what_is_there() -> None:
    short = errors.InsufficientInventory(
        [errors.Shortage(sku=CUP, requested=2, available=1), errors.Shortage(sku=CUP, requested=9, available=0)]
    )
    assert short.detail == "Not enough in stock of CUP, CUP."
    assert short.extra == {
        "items": [{"sku": "CUP", "requested": 2, "available": 1}, {"sku": "CUP", "requested": 9, "available": 0}]
    }
