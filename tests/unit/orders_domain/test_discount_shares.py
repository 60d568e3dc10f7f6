"""Who has which share in a discount, and what becomes of it when lines grow, shrink and go."""

from dataclasses import replace

import pytest

from orders_domain.discounting import shared_out
from orders_domain.events import OrderEvent, OrderItemAdded, OrderItemQuantityChanged, OrderItemRemoved
from orders_domain.evolving import fold
from orders_domain.order import Order
from orders_domain.values import OrderStatus
from tests.unit.orders_domain.examples import CUP, POT, TEA, after, draft, line, product, results
from tests.unit.orders_domain.moments import adding, amount, changing, percent, removing_discount
from tests.unit.orders_domain.scenario import given

DRAFT = OrderStatus.DRAFT


def shares(events: tuple[OrderEvent, ...]) -> list[int]:
    return [line.discount_cents for line in fold(events).lines]


@pytest.mark.parametrize(
    ("cents", "weights", "expected"),
    [
        (0, [5, 5], [0, 0]),
        (10, [5, 5], [5, 5]),
        (3, [1, 1, 1], [1, 1, 1]),
        (1, [1, 1, 1], [1, 0, 0]),
        (2, [1, 1, 1], [1, 1, 0]),
        (1, [1, 1, 2], [0, 0, 1]),
        (5, [1, 2, 6], [1, 1, 3]),
        (7, [3, 3, 3], [3, 2, 2]),
        (1, [0, 7], [0, 1]),
        (0, [0, 0], [0, 0]),
        (0, [], []),
        (8, [1, 9], [1, 7]),
    ],
)
def test_shares_are_by_largest_remainder_and_of_equal_ones_the_first(
    cents: int, weights: list[int], expected: list[int]
) -> None:
    assert shared_out(cents, weights) == expected


def test_of_equal_lines_the_one_with_the_lowest_number_has_the_cent_more() -> None:
    twins = after(draft(CUP=1, TEA=1), changing(CUP, 499), changing(TEA, 250))
    assert shares(after(twins, amount("A", 3))) == [2, 1]
    moved = after(twins, lambda order: order.remove_item(CUP), adding(CUP, 499))
    assert [line.sku for line in fold(moved).lines] == [TEA, CUP]
    assert shares(after(moved, amount("A", 3))) == [2, 1]


def test_a_second_discount_is_shared_by_what_the_first_one_left_of_each_line() -> None:
    once = after(draft(CUP=4, TEA=1), amount("A", 1_099))
    assert shares(once) == [733, 366]
    assert shares(after(once, amount("B", 400))) == [1_000, 499]


def test_a_line_that_grows_takes_a_larger_share_and_the_other_lines_are_told_of_too() -> None:
    begun = after(draft(CUP=2, TEA=1), amount("A", 100))
    assert shares(begun) == [50, 50]
    added = OrderItemAdded(
        sku=CUP,
        quantity=4,
        lines=(
            line(1, CUP, 6, discount_cents=75, share_cents=75),
            line(2, TEA, 1, discount_cents=25, share_cents=25),
        ),
        results=results(DRAFT, 1_999, 7, discount_cents=100),
    )
    given(*begun).when(adding(CUP, 4)).then(added)


def test_a_new_line_has_its_share_in_discounts_that_were_there_before_it() -> None:
    begun = after(draft(CUP=4), percent("A", 1_000))
    added = OrderItemAdded(
        sku=TEA,
        quantity=2,
        lines=(line(2, TEA, 2, discount_cents=100, share_cents=100),),
        results=results(DRAFT, 1_998, 6, discount_cents=200),
    )
    given(*begun).when(adding(TEA, 2)).then(added)


def test_a_line_that_shrinks_caps_an_amount_and_one_that_grows_again_lifts_the_cap() -> None:
    begun = after(draft(CUP=4), amount("A", 600))
    changed = OrderItemQuantityChanged(
        sku=CUP,
        quantity=1,
        lines=(line(1, CUP, 1, discount_cents=250, share_cents=250),),
        results=results(DRAFT, 250, 1, discount_cents=250),
    )
    order = given(*begun).when(changing(CUP, 1)).then(changed)
    assert [discount.amount_cents for discount in order.discounts] == [600]
    assert shares(after(begun, changing(CUP, 1), changing(CUP, 4))) == [600]


def test_the_earlier_discount_is_served_first_where_lines_have_become_too_small_for_both() -> None:
    begun = after(draft(CUP=4), amount("A", 300), amount("B", 400), changing(CUP, 2))
    assert shares(begun) == [500]
    assert shares(after(begun, removing_discount("A"))) == [400]
    assert shares(after(begun, removing_discount("B"))) == [300]


def test_a_line_that_goes_leaves_its_share_to_the_others_up_to_their_price() -> None:
    begun = after(draft(CUP=1, TEA=1), amount("A", 600))
    assert shares(begun) == [200, 400]
    removed = OrderItemRemoved(
        sku=TEA,
        lines=(line(1, CUP, 1, discount_cents=250, share_cents=250),),
        results=results(DRAFT, 250, 1, discount_cents=250),
    )
    given(*begun).when(lambda order: order.remove_item(TEA)).then(removed)


def test_a_draft_that_has_lost_all_lines_keeps_its_discounts_for_those_that_come() -> None:
    begun = after(draft(CUP=1), amount("A", 100), lambda order: order.remove_item(CUP))
    assert begun[-1].results == results(DRAFT, 0, 0)
    assert shares(after(begun, adding(POT, 1))) == [100]


def test_a_line_that_costs_nothing_has_no_share() -> None:
    free = replace(product(TEA), unit_price_cents=0)
    begun = after(draft(), lambda order: order.add_item(TEA, 3, free), adding(CUP, 1), amount("A", 250))
    assert shares(begun) == [0, 250]
    assert shares(after(begun, lambda order: order.remove_item(CUP))) == [0]


def test_confirming_leaves_every_share_as_it_was() -> None:
    begun = after(draft(CUP=4, TEA=1), amount("A", 101))
    assert shares(after(begun, Order.confirm)) == shares(begun)
