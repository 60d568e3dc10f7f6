"""What holds for whatever is sold at a discount, called off, and sent back: no cent is lost, and nobody pays less."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from orders_domain.discounting import shared_out
from orders_domain.errors import DomainError
from orders_domain.events import OrderEvent
from orders_domain.evolving import evolve, fold
from orders_domain.lines import OrderLine
from orders_domain.order import Order
from orders_domain.product import Product
from orders_domain.values import MAX_PRICE_CENTS, MAX_QUANTITY, WHOLE_BP, ItemQuantity, ReturnId, ShipmentId, Sku
from tests.unit.orders_domain.examples import ADDRESS, CUSTOMER, EUR, ORDER, Decision, delivering, shipping
from tests.unit.orders_domain.moments import (
    amount,
    cancelling_item,
    changing,
    percent,
    receiving,
    removing_discount,
    requesting,
)
from tests.unit.orders_domain.sums import assert_results_add_up, assert_shares_add_up

SKUS = [Sku(name) for name in ("A", "B", "C", "D")]
skus = st.sampled_from(SKUS)
prices = st.integers(0, 300) | st.integers(0, MAX_PRICE_CENTS)
quantities = st.integers(1, 9) | st.integers(1, MAX_QUANTITY)
codes = st.sampled_from(["V", "W", "X"])
discounts: st.SearchStrategy[Decision] = st.one_of(
    st.builds(percent, codes, st.integers(1, WHOLE_BP)),
    st.builds(amount, codes, st.integers(1, 999) | st.integers(1, MAX_PRICE_CENTS)),
)
changes: st.SearchStrategy[Decision] = st.one_of(
    st.builds(changing, skus, quantities),
    st.builds(removing_discount, codes),
    st.builds(lambda sku: lambda order: order.remove_item(sku), skus),
)


def sold(order: dict[Sku, tuple[int, int]], *decisions: Decision) -> Order:
    """A draft of these prices and quantities, after those of the decisions that are not refused."""
    products = {
        sku: Product(
            sku=sku,
            version=1,
            name=sku,
            unit_price_cents=price,
            currency=EUR,
            listed=True,
            on_hand=MAX_QUANTITY,
            reserved=0,
        )
        for sku, (price, _) in order.items()
    }
    events = Order.create(
        order_id=ORDER,
        customer_id=CUSTOMER,
        currency=EUR,
        default_currency=EUR,
        items=[ItemQuantity(sku, quantity) for sku, (_, quantity) in order.items()],
        products=products,
        reference=None,
        shipping_address=ADDRESS,
    )
    return went_on(fold(events), *decisions)


def went_on(order: Order, *decisions: Decision) -> Order:
    """The order after those of the decisions that are not refused."""
    for decide in decisions:
        try:
            events: tuple[OrderEvent, ...] = decide(order)
        except DomainError:
            continue
        for event in events:
            order = evolve(order, event)
    return order


def owed(order: Order) -> dict[Sku, int]:
    """What each line costs, in cents."""
    return {line.sku: line.line_total_cents - line.discount_cents for line in order.lines}


baskets = st.dictionaries(skus, st.tuples(prices, quantities), min_size=1)


@given(st.lists(st.integers(0, 10**6) | st.integers(0, 3), max_size=8), st.integers(0, WHOLE_BP))
def test_shares_add_up_to_the_amount_and_none_is_more_than_its_weight_nor_a_cent_off(
    weights: list[int], basis_points: int
) -> None:
    whole = sum(weights)
    cents = whole * basis_points // WHOLE_BP
    shares = shared_out(cents, weights)
    assert sum(shares) == cents
    for share, weight in zip(shares, weights, strict=True):
        assert 0 <= share <= weight
        assert abs(share * whole - cents * weight) < max(whole, 1)


@given(baskets, st.lists(discounts | changes, max_size=8))
def test_whatever_is_discounted_adds_up_exactly(basket: dict[Sku, tuple[int, int]], decisions: list[Decision]) -> None:
    order = sold(basket, *decisions)
    assert_shares_add_up(order)
    assert_results_add_up(order)


@given(baskets, st.lists(discounts, min_size=1, max_size=4), codes)
def test_an_order_is_as_if_a_discount_that_was_taken_back_had_never_been(
    basket: dict[Sku, tuple[int, int]], decisions: list[Decision], code: str
) -> None:
    with_it = sold(basket, *decisions)
    kept = [one for one in with_it.discounts if one.code != code]
    again = [
        percent(one.code, one.percent_bp) if one.percent_bp else amount(one.code, one.amount_cents or 0) for one in kept
    ]
    without = sold(basket, *again)
    taken_back = went_on(with_it, removing_discount(code))
    assert (taken_back.lines, taken_back.results) == (without.lines, without.results)


@given(
    baskets,
    st.lists(discounts, max_size=3),
    st.lists(st.tuples(skus, st.integers(1, 5) | quantities), max_size=8),
)
def test_a_cancelled_unit_takes_its_own_share_back_and_no_other_line_gets_cheaper(
    basket: dict[Sku, tuple[int, int]], decisions: list[Decision], cancellations: list[tuple[Sku, int]]
) -> None:
    order = sold(basket, *decisions, Order.confirm)
    for sku, quantity in cancellations:
        before, order = order, went_on(order, cancelling_item(sku, quantity))
        assert {**owed(before), sku: 0} == {**owed(order), sku: 0}
        assert_shares_add_up(order)
        assert_results_add_up(order)
        if order.line(sku) is not None and not kept_of(order, sku).kept:
            assert (owed(order)[sku], kept_of(order, sku).discount_cents) == (0, 0)


def kept_of(order: Order, sku: Sku) -> OrderLine:
    """The line of the SKU."""
    line = order.line(sku)
    assert line is not None
    return line


@given(
    st.tuples(prices, st.integers(1, 12)),
    st.lists(discounts, max_size=3),
    st.lists(st.tuples(st.sampled_from(["cancel", "send", "return"]), st.integers(1, 4)), max_size=12),
)
def test_what_comes_back_is_never_worth_more_than_is_owed_and_all_of_it_just_that(
    bought: tuple[int, int], decisions: list[Decision], steps: list[tuple[str, int]]
) -> None:
    order = sold({SKUS[0]: bought}, *decisions, Order.confirm)
    for number, (step, quantity) in enumerate(steps):
        parcel, back = ShipmentId(UUID(int=number)), ReturnId(UUID(int=number))
        ways: dict[str, list[Decision]] = {
            "cancel": [cancelling_item(SKUS[0], quantity)],
            "send": [shipping(parcel, A=quantity), delivering(parcel)],
            "return": [requesting(back, A=quantity), receiving(back)],
        }
        order = went_on(order, *ways[step])
        assert_shares_add_up(order)
        assert_results_add_up(order)
