"""CreateOrder: one event whatever is in it, and every refusal in its order."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from orders_domain.errors import (
    CurrencyMismatch,
    DomainError,
    InsufficientInventory,
    LineLimit,
    ProductDelisted,
    QuantityLimit,
    UnknownProduct,
)
from orders_domain.events import OrderCreated, OrderEvent
from orders_domain.evolving import fold
from orders_domain.order import Order
from orders_domain.product import Product
from orders_domain.values import MAX_LINES, MAX_QUANTITY, Currency, ItemQuantity, OrderStatus, Sku
from tests.unit.orders_domain.examples import (
    ADDRESS,
    CUP,
    CUSTOMER,
    EUR,
    ORDER,
    POT,
    SHELF,
    TEA,
    USD,
    items,
    line,
    product,
    results,
)


def create(
    wanted: Sequence[ItemQuantity] = (), products: Mapping[Sku, Product] = SHELF, currency: Currency | None = None
) -> tuple[OrderEvent, ...]:
    return Order.create(
        order_id=ORDER,
        customer_id=CUSTOMER,
        currency=currency,
        default_currency=EUR,
        items=wanted,
        products=products,
        reference="po-17",
        shipping_address=ADDRESS,
    )


def refusal(error: type[DomainError], *args: Any, **kwargs: Any) -> dict[str, object]:
    with pytest.raises(error) as caught:
        create(*args, **kwargs)
    return {"code": caught.value.code, **caught.value.extra}


def test_an_order_begins_as_a_draft_that_has_all_it_was_given() -> None:
    assert create(items(CUP=2, POT=1)) == (
        OrderCreated(
            order_id=ORDER,
            customer_id=CUSTOMER,
            reference="po-17",
            shipping_address=ADDRESS,
            lines=(line(1, CUP, 2), line(2, POT, 1)),
            results=results(OrderStatus.DRAFT, 2 * 250 + 1_999, 3),
        ),
    )


def test_the_first_state_of_an_order_is_what_its_creation_says() -> None:
    order = fold(create(items(CUP=2, POT=1)))
    assert (order.order_id, order.customer_id, order.reference) == (ORDER, CUSTOMER, "po-17")
    assert (order.version, order.status, order.currency) == (1, OrderStatus.DRAFT, EUR)
    assert (order.lines, order.shipments) == ((line(1, CUP, 2), line(2, POT, 1)), ())
    assert order.shipping_address == ADDRESS


def test_an_order_may_begin_without_items_and_owes_nothing() -> None:
    (created,) = create()
    assert created.lines == ()
    assert created.results == results(OrderStatus.DRAFT, 0, 0)


def test_the_same_sku_twice_makes_one_line_at_its_first_place() -> None:
    (created,) = create((*items(TEA=1, CUP=1), *items(TEA=4)))
    assert created.lines == (line(1, TEA, 5), line(2, CUP, 1))


def test_without_a_currency_that_of_the_first_item_counts() -> None:
    dollars = {CUP: product(CUP, currency=USD)}
    assert create(items(CUP=1), dollars)[0].results.currency == USD


def test_without_currency_and_items_the_default_counts() -> None:
    assert create()[0].results.currency == EUR


def test_a_named_currency_counts_for_an_order_without_items() -> None:
    assert create(currency=USD)[0].results.currency == USD


def test_an_unknown_sku_cannot_be_ordered() -> None:
    found = refusal(UnknownProduct, items(CUP=1, GHOST=1))
    assert found == {"code": "unknown_product", "sku": "GHOST"}


def test_a_delisted_product_cannot_be_ordered() -> None:
    found = refusal(ProductDelisted, items(CUP=1), {CUP: product(CUP, listed=False)})
    assert found == {"code": "product_delisted", "sku": "CUP"}


def test_a_product_in_another_currency_than_the_named_one_is_refused() -> None:
    found = refusal(CurrencyMismatch, items(CUP=1), currency=USD)
    assert found == {"code": "currency_mismatch", "sku": "CUP", "expected": "USD", "actual": "EUR"}


def test_two_items_in_two_currencies_are_refused() -> None:
    found = refusal(CurrencyMismatch, items(CUP=1, POT=1), {CUP: product(CUP), POT: product(POT, currency=USD)})
    assert found == {"code": "currency_mismatch", "sku": "POT", "expected": "EUR", "actual": "USD"}


def test_every_sku_that_is_short_is_named_at_once() -> None:
    shelf = {CUP: product(CUP, on_hand=9, reserved=8), POT: product(POT, on_hand=1), TEA: product(TEA, on_hand=0)}
    assert refusal(InsufficientInventory, items(CUP=2, POT=1, TEA=3), shelf) == {
        "code": "insufficient_inventory",
        "items": [{"sku": "CUP", "requested": 2, "available": 1}, {"sku": "TEA", "requested": 3, "available": 0}],
    }


def test_the_last_unit_can_be_ordered() -> None:
    (created,) = create(items(CUP=1), {CUP: product(CUP, on_hand=5, reserved=4)})
    assert created.lines == (line(1, CUP, 1),)


def test_merged_quantities_are_what_must_be_available() -> None:
    found = refusal(InsufficientInventory, (*items(CUP=2), *items(CUP=2)), {CUP: product(CUP, on_hand=3)})
    assert found["items"] == [{"sku": "CUP", "requested": 4, "available": 3}]


def test_merged_quantities_stay_within_the_limit_of_a_line() -> None:
    plenty = {CUP: product(CUP, on_hand=10**6)}
    assert create(items(CUP=MAX_QUANTITY), plenty)[0].lines[0].quantity == MAX_QUANTITY
    found = refusal(QuantityLimit, (*items(CUP=MAX_QUANTITY), *items(CUP=1)), plenty)
    assert found == {"code": "quantity_limit", "sku": "CUP", "limit": MAX_QUANTITY}


def test_an_order_has_at_most_so_many_lines() -> None:
    shelf = {Sku(f"S{n}"): product(Sku(f"S{n}")) for n in range(MAX_LINES + 1)}
    wanted = [ItemQuantity(sku, 1) for sku in shelf]
    assert len(create(wanted[:MAX_LINES], shelf)[0].lines) == MAX_LINES
    assert refusal(LineLimit, wanted, shelf) == {"code": "line_limit", "limit": MAX_LINES}


@pytest.mark.parametrize("quantity", [0, -1, MAX_QUANTITY + 1])
def test_a_quantity_out_of_bounds_is_an_error_of_the_caller(quantity: int) -> None:
    with pytest.raises(ValueError, match="a quantity is 1 to 9999"):
        create(items(CUP=quantity))


def test_refusals_come_in_their_order_unknown_delisted_currency_limit_stock() -> None:
    delisted = product(POT, listed=False, currency=USD, on_hand=0)
    foreign = product(TEA, currency=USD, on_hand=0)
    empty = product(CUP, on_hand=0)
    too_many = (*items(CUP=MAX_QUANTITY), *items(CUP=1))
    shelf = {CUP: empty, POT: delisted, TEA: foreign}
    assert refusal(UnknownProduct, (*items(CUP=1, POT=1, TEA=1, GHOST=1),), shelf)["sku"] == "GHOST"
    assert refusal(ProductDelisted, items(CUP=1, TEA=1, POT=1), shelf)["sku"] == "POT"
    assert refusal(CurrencyMismatch, (*too_many, *items(TEA=1)), shelf)["sku"] == "TEA"
    assert refusal(QuantityLimit, too_many, shelf)["sku"] == "CUP"
    assert refusal(InsufficientInventory, items(CUP=1), shelf)["code"] == "insufficient_inventory"
