"""What holds for whatever is ordered: totals add up, versions have no hole, stock is never promised twice."""

from collections.abc import Callable
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders_domain.errors import DomainError, InsufficientInventory
from orders_domain.events import OrderEvent
from orders_domain.evolving import evolve, fold
from orders_domain.order import Order
from orders_domain.product import Product, evolve_product
from orders_domain.stock import release, reserve, take_off_hand
from orders_domain.values import (
    MAX_LINES,
    MAX_PRICE_CENTS,
    MAX_QUANTITY,
    CustomerId,
    ItemQuantity,
    OrderId,
    Sku,
)
from tests.unit.orders_domain.examples import ADDRESS, CUSTOMER, EUR, ORDER

SKUS = [Sku(name) for name in ("A", "B", "C", "D")]
LARGEST_BIGINT = 2**63 - 1
skus = st.sampled_from(SKUS)
quantities = st.integers(1, MAX_QUANTITY) | st.integers(1, 3)
wanted = st.lists(st.builds(ItemQuantity, skus, quantities), max_size=6)


def priced(sku: Sku, price: int, on_hand: int = 10**9, reserved: int = 0) -> Product:
    return Product(
        sku=sku,
        version=1,
        name=sku,
        unit_price_cents=price,
        currency=EUR,
        listed=True,
        on_hand=on_hand,
        reserved=reserved,
    )


prices = st.integers(0, MAX_PRICE_CENTS)
shelves = st.fixed_dictionaries({sku: st.builds(priced, st.just(sku), prices) for sku in SKUS})


def create(items: list[ItemQuantity], shelf: dict[Sku, Product]) -> tuple[OrderEvent, ...]:
    return Order.create(
        order_id=ORDER,
        customer_id=CustomerId(CUSTOMER),
        currency=EUR,
        default_currency=EUR,
        items=items,
        products=shelf,
        reference=None,
        shipping_address=ADDRESS,
    )


Step = Callable[[Order, dict[Sku, Product]], tuple[OrderEvent, ...]]
steps: st.SearchStrategy[Step] = st.one_of(
    st.builds(lambda s, n: lambda order, shelf: order.add_item(s, n, shelf[s]), skus, quantities),
    st.builds(lambda s, n: lambda order, shelf: order.change_item_quantity(s, n, shelf[s]), skus, quantities),
    st.builds(lambda s: lambda order, shelf: order.remove_item(s), skus),
)


@given(st.lists(st.tuples(shelves, steps), max_size=12), shelves)
def test_totals_are_the_sum_of_the_lines_at_the_price_of_their_first_moment(
    program: list[tuple[dict[Sku, Product], Step]], shelf: dict[Sku, Product]
) -> None:
    order = fold(create([], shelf))
    first_price: dict[Sku, int] = {}
    for shelf_now, step in program:
        try:
            events = step(order, shelf_now)
        except DomainError:
            continue
        for event in events:
            order = evolve(order, event)
        first_price = {
            line.sku: first_price.get(line.sku, shelf_now[line.sku].unit_price_cents) for line in order.lines
        }
        expected = sum(first_price[line.sku] * line.quantity for line in order.lines)
        assert order.results.total_cents == order.results.subtotal_cents == expected
        assert order.results.item_count == sum(line.quantity for line in order.lines)
        assert (order.results.discount_cents, order.results.charges_cents) == (0, 0)


@given(wanted, shelves)
def test_an_order_is_the_same_whether_created_with_its_items_or_filled_one_by_one(
    items: list[ItemQuantity], shelf: dict[Sku, Product]
) -> None:
    try:
        at_once = fold(create(items, shelf))
    except DomainError:
        return
    one_by_one = fold(create([], shelf))
    for item in items:
        for event in one_by_one.add_item(item.sku, item.quantity, shelf[item.sku]):
            one_by_one = evolve(one_by_one, event)
    assert one_by_one.lines == at_once.lines
    assert one_by_one.results == at_once.results
    assert one_by_one.version == at_once.version + len(items)


@given(st.integers(1, MAX_LINES), st.integers(1, MAX_QUANTITY), st.integers(0, MAX_PRICE_CENTS))
def test_the_largest_order_still_fits_a_bigint(lines: int, quantity: int, price: int) -> None:
    assert MAX_LINES * MAX_QUANTITY * MAX_PRICE_CENTS <= LARGEST_BIGINT
    shelf = {Sku(f"S{n}"): priced(Sku(f"S{n}"), price) for n in range(lines)}
    (created,) = create([ItemQuantity(sku, quantity) for sku in shelf], shelf)
    assert created.results.total_cents == lines * quantity * price


stocks = st.tuples(st.integers(0, 20), st.integers(0, 20)).map(lambda pair: (max(pair), min(pair)))


@given(st.fixed_dictionaries(dict.fromkeys(SKUS, stocks)), st.dictionaries(skus, st.integers(1, 12)))
def test_an_order_is_held_whole_or_not_at_all(stock: dict[Sku, tuple[int, int]], quantities: dict[Sku, int]) -> None:
    shelf = {sku: priced(sku, 1, on_hand, reserved) for sku, (on_hand, reserved) in stock.items()}
    short = {sku for sku, quantity in quantities.items() if quantity > shelf[sku].available}
    if short:
        with pytest.raises(InsufficientInventory) as caught:
            reserve(shelf, ORDER, quantities)
        items = caught.value.extra["items"]
        assert isinstance(items, list)
        assert {item["sku"] for item in items} == short
        return
    held = reserve(shelf, ORDER, quantities)
    assert set(held) == set(quantities)
    for sku, events in held.items():
        (event,) = events
        assert 0 <= event.reserved <= event.on_hand == shelf[sku].on_hand
        assert event.reserved == shelf[sku].reserved + quantities[sku]


@given(st.fixed_dictionaries(dict.fromkeys(SKUS, stocks)), st.dictionaries(skus, st.integers(1, 12)), st.booleans())
def test_what_was_held_is_given_up_exactly(
    stock: dict[Sku, tuple[int, int]], quantities: dict[Sku, int], sent: bool
) -> None:
    shelf = {sku: priced(sku, 1, on_hand + 12, reserved) for sku, (on_hand, reserved) in stock.items()}
    held = {sku: evolve_product(shelf[sku], events[0]) for sku, events in reserve(shelf, ORDER, quantities).items()}
    decide = take_off_hand if sent else release
    for sku, (event,) in decide(held, OrderId(UUID(int=9)), quantities).items():
        assert event.reserved == shelf[sku].reserved
        assert event.on_hand == shelf[sku].on_hand - (quantities[sku] if sent else 0)
