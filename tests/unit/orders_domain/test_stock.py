"""The stock of several products at once: held for an order, let go, sent off, or put back."""

import pytest

from orders_domain.errors import (
    InsufficientInventory,
    QuantityLimit,
    UnknownProduct,
)
from orders_domain.events import (
    ProductEvent,
    StockReleased,
    StockReserved,
    StockReturned,
    StockShipped,
)
from orders_domain.product import Product, evolve_product
from orders_domain.stock import put_back, release, reserve, take_off_hand
from orders_domain.values import MAX_STOCK, Sku
from tests.unit.orders_domain.examples import (
    CUP,
    EUR,
    ORDER,
    POT,
    TEA,
    product,
)

NAME = "CUP of china"


def stock_after(before: Product, event: ProductEvent) -> tuple[int, int, int]:
    assert isinstance(event, StockReserved | StockReleased | StockShipped | StockReturned)
    assert event.order_id == ORDER
    after = evolve_product(before, event)
    assert after.version == before.version + 1
    assert after.available == event.available
    return after.on_hand, after.reserved, after.available


def test_an_order_reserves_all_its_skus_and_the_answer_is_in_sku_order() -> None:
    shelf = {TEA: product(TEA), CUP: product(CUP, on_hand=5, reserved=3)}
    events = reserve(shelf, ORDER, {TEA: 4, CUP: 2})
    assert list(events) == [CUP, TEA]
    assert events[CUP] == (
        StockReserved(
            sku=CUP,
            name=NAME,
            unit_price_cents=250,
            currency=EUR,
            listed=True,
            on_hand=5,
            reserved=5,
            order_id=ORDER,
            quantity=2,
        ),
    )
    assert stock_after(shelf[TEA], events[TEA][0]) == (100, 4, 96)


def test_a_reservation_that_is_short_names_every_sku_and_reserves_none() -> None:
    shelf = {CUP: product(CUP, on_hand=5, reserved=3), POT: product(POT), TEA: product(TEA, on_hand=0)}
    with pytest.raises(InsufficientInventory) as caught:
        reserve(shelf, ORDER, {TEA: 1, POT: 1, CUP: 3})
    assert caught.value.extra == {
        "items": [{"sku": "TEA", "requested": 1, "available": 0}, {"sku": "CUP", "requested": 3, "available": 2}]
    }


def test_a_delisted_product_can_still_be_reserved_for_an_order_that_goes_on() -> None:
    events = reserve({CUP: product(CUP, listed=False)}, ORDER, {CUP: 1})
    assert events[CUP][0].listed is False


def test_stock_that_is_let_go_is_available_again() -> None:
    before = product(CUP, on_hand=9, reserved=4)
    (event,) = release({CUP: before}, ORDER, {CUP: 3})[CUP]
    assert isinstance(event, StockReleased)
    assert event.quantity == 3
    assert stock_after(before, event) == (9, 1, 8)


def test_stock_that_is_sent_off_is_neither_on_hand_nor_reserved() -> None:
    before = product(CUP, on_hand=9, reserved=4)
    (event,) = take_off_hand({CUP: before}, ORDER, {CUP: 4})[CUP]
    assert isinstance(event, StockShipped)
    assert event.quantity == 4
    assert stock_after(before, event) == (5, 0, 5)


def test_letting_go_sending_off_and_putting_back_answer_in_sku_order() -> None:
    shelf = {sku: product(sku, reserved=5) for sku in (TEA, POT, CUP)}
    for decide in (release, take_off_hand, put_back):
        assert list(decide(shelf, ORDER, {TEA: 1, CUP: 2, POT: 3})) == [CUP, POT, TEA]


@pytest.mark.parametrize("decide", [release, take_off_hand])
@pytest.mark.parametrize("quantity", [5, 0, -1])
def test_what_is_not_held_cannot_be_given_up(decide: type, quantity: int) -> None:
    with pytest.raises(ValueError, match="cannot give up"):
        decide({CUP: product(CUP, reserved=4)}, ORDER, {CUP: quantity})


@pytest.mark.parametrize("decide", [reserve, release, take_off_hand, put_back])
def test_a_sku_without_a_product_is_unknown_to_the_stock(decide: type) -> None:
    with pytest.raises(UnknownProduct):
        decide({CUP: product(CUP, reserved=4)}, ORDER, {CUP: 1, Sku("GHOST"): 1})


def test_stock_that_came_back_is_on_hand_and_available_again() -> None:
    before = product(CUP, on_hand=9, reserved=4, listed=False)
    (event,) = put_back({CUP: before}, ORDER, {CUP: 2})[CUP]
    assert isinstance(event, StockReturned)
    assert (event.quantity, event.listed) == (2, False)
    assert stock_after(before, event) == (11, 4, 7)


def test_what_comes_back_stays_within_the_limit_of_a_stock_or_none_of_it_comes() -> None:
    shelf = {CUP: product(CUP), TEA: product(TEA, on_hand=MAX_STOCK - 1)}
    assert put_back(shelf, ORDER, {CUP: 1, TEA: 1})[TEA][0].on_hand == MAX_STOCK
    with pytest.raises(QuantityLimit) as caught:
        put_back(shelf, ORDER, {CUP: 1, TEA: 2})
    assert caught.value.extra == {"sku": "TEA", "limit": MAX_STOCK}
