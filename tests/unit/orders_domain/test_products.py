"""Products: listed, changed, counted, delisted and listed again."""

from dataclasses import replace

import pytest

from orders_domain.errors import (
    CurrencyMismatch,
    QuantityLimit,
    StockBelowReserved,
)
from orders_domain.events import (
    ProductChanged,
    ProductDelisted,
    ProductListed,
    StockAdjusted,
)
from orders_domain.product import Product, evolve_product, fold_product
from orders_domain.values import MAX_PRICE_CENTS, MAX_STOCK, MAX_STOCK_DELTA
from tests.unit.orders_domain.examples import (
    CUP,
    EUR,
    USD,
    product,
)

NAME = "CUP of china"


def test_a_product_begins_listed_with_nothing_on_hand() -> None:
    events = Product.list_new(sku=CUP, name=NAME, unit_price_cents=250, currency=EUR)
    assert events == (
        ProductListed(sku=CUP, name=NAME, unit_price_cents=250, currency=EUR, listed=True, on_hand=0, reserved=0),
    )
    assert fold_product(events) == replace(product(CUP, on_hand=0), version=1)


def test_a_product_may_be_free_and_may_cost_the_highest_price_but_no_more_and_no_less() -> None:
    for price in (0, MAX_PRICE_CENTS):
        (listed,) = Product.list_new(sku=CUP, name=NAME, unit_price_cents=price, currency=EUR)
        assert listed.unit_price_cents == price
    for price in (-1, MAX_PRICE_CENTS + 1):
        with pytest.raises(ValueError, match="a price is"):
            Product.list_new(sku=CUP, name=NAME, unit_price_cents=price, currency=EUR)
        with pytest.raises(ValueError, match="a price is"):
            product(CUP).change(NAME, price, EUR)


@pytest.mark.parametrize(("name", "price"), [("mug", 250), (NAME, 251), ("mug", 251)])
def test_a_product_takes_another_name_or_price_and_keeps_its_stock(name: str, price: int) -> None:
    before = product(CUP, on_hand=9, reserved=4)
    (event,) = before.change(name, price, EUR)
    assert event == ProductChanged(
        sku=CUP, name=name, unit_price_cents=price, currency=EUR, listed=True, on_hand=9, reserved=4
    )
    assert evolve_product(before, event) == replace(before, version=8, name=name, unit_price_cents=price)


def test_a_product_that_has_this_name_and_price_does_not_change() -> None:
    assert product(CUP).change(NAME, 250, EUR) == ()


def test_a_products_currency_never_changes() -> None:
    with pytest.raises(CurrencyMismatch) as caught:
        product(CUP).change(NAME, 250, USD)
    assert caught.value.extra == {"sku": "CUP", "expected": "EUR", "actual": "USD"}


@pytest.mark.parametrize("delta", [5, -5, 1, MAX_STOCK_DELTA])
def test_stock_is_adjusted_by_a_signed_difference(delta: int) -> None:
    before = product(CUP, on_hand=9, reserved=4)
    (event,) = before.adjust_stock(delta, "counted")
    assert event == StockAdjusted(
        sku=CUP,
        name=NAME,
        unit_price_cents=250,
        currency=EUR,
        listed=True,
        on_hand=9 + delta,
        reserved=4,
        delta=delta,
        reason="counted",
    )
    assert event.available == 5 + delta
    assert evolve_product(before, event) == replace(before, version=8, on_hand=9 + delta)


def test_a_difference_of_nothing_changes_nothing() -> None:
    assert product(CUP).adjust_stock(0, "counted") == ()


def test_stock_never_falls_below_what_orders_hold() -> None:
    with pytest.raises(StockBelowReserved) as caught:
        product(CUP, on_hand=9, reserved=4).adjust_stock(-6, "lost")
    assert caught.value.code == "stock_below_reserved"
    assert caught.value.extra == {"sku": "CUP", "on_hand": 9, "reserved": 4, "delta": -6}


def test_stock_never_falls_below_nothing() -> None:
    with pytest.raises(StockBelowReserved):
        product(CUP, on_hand=2).adjust_stock(-3, "lost")


def test_stock_has_an_upper_limit() -> None:
    nearly = product(CUP, on_hand=MAX_STOCK - 1)
    assert nearly.adjust_stock(1, "bought")[0].on_hand == MAX_STOCK
    with pytest.raises(QuantityLimit) as caught:
        nearly.adjust_stock(2, "bought")
    assert caught.value.extra == {"sku": "CUP", "limit": MAX_STOCK}


@pytest.mark.parametrize("delta", [MAX_STOCK_DELTA + 1, -MAX_STOCK_DELTA - 1])
def test_a_difference_out_of_bounds_is_an_error_of_the_caller(delta: int) -> None:
    with pytest.raises(ValueError, match="a stock difference is"):
        product(CUP, on_hand=MAX_STOCK_DELTA * 2).adjust_stock(delta, "typo")


def test_a_product_is_listed_once_and_first() -> None:
    (listed,) = Product.list_new(sku=CUP, name=NAME, unit_price_cents=250, currency=EUR)
    (changed,) = product(CUP).change("mug", 1, EUR)
    with pytest.raises(ValueError, match="the first event of a product"):
        evolve_product(product(CUP), listed)
    with pytest.raises(ValueError, match="the first event of a product"):
        evolve_product(None, changed)
    with pytest.raises(ValueError, match="no event, no product"):
        fold_product(())


def test_a_delisted_product_keeps_all_it_has_and_is_delisted_once() -> None:
    before = product(CUP, on_hand=9, reserved=4)
    (event,) = before.delist()
    assert event == ProductDelisted(
        sku=CUP, name=NAME, unit_price_cents=250, currency=EUR, listed=False, on_hand=9, reserved=4
    )
    gone = evolve_product(before, event)
    assert gone == replace(before, version=8, listed=False)
    assert gone.delist() == ()


@pytest.mark.parametrize(("name", "price"), [(NAME, 250), ("mug", 1)])
def test_a_delisted_product_is_listed_again_by_putting_it(name: str, price: int) -> None:
    gone = product(CUP, on_hand=9, reserved=4, listed=False)
    (event,) = gone.change(name, price, EUR)
    assert event == ProductChanged(
        sku=CUP, name=name, unit_price_cents=price, currency=EUR, listed=True, on_hand=9, reserved=4
    )
    assert evolve_product(gone, event).change(name, price, EUR) == ()


def test_a_delisted_product_keeps_its_currency_and_its_stock_is_still_counted() -> None:
    gone = product(CUP, listed=False)
    with pytest.raises(CurrencyMismatch):
        gone.change(NAME, 250, USD)
    assert gone.adjust_stock(-100, "sold off")[0].listed is False
