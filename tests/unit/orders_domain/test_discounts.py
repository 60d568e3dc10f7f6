"""Discounts: applied in their order, rounded once each, refused when too large, taken back."""

import pytest

from orders_domain.errors import (
    DiscountExceedsTotal,
    DiscountNotFound,
    DuplicateDiscount,
    IllegalTransition,
    PartLimit,
)
from orders_domain.events import DiscountApplied, DiscountRemoved, OrderEvent
from orders_domain.evolving import fold
from orders_domain.parts import Discount
from orders_domain.values import MAX_DISCOUNTS, MAX_PRICE_CENTS, WHOLE_BP, DiscountCode, OrderStatus
from tests.unit.orders_domain.examples import CUP, POT, TEA, Decision, after, confirmed, draft, line, results
from tests.unit.orders_domain.moments import amount, percent, removing_discount
from tests.unit.orders_domain.scenario import given

DRAFT = OrderStatus.DRAFT
SALE = DiscountCode("SALE")


def off(events: tuple[OrderEvent, ...], *discounts: Decision) -> int:
    return fold(after(events, *discounts)).results.discount_cents


def test_a_percentage_is_taken_off_and_every_line_has_its_share() -> None:
    applied = DiscountApplied(
        code=SALE,
        percent_bp=1_000,
        amount_cents=None,
        lines=(
            line(1, CUP, 4, discount_cents=100, share_cents=100),
            line(2, TEA, 2, discount_cents=100, share_cents=100),
        ),
        results=results(DRAFT, 1_998, 6, discount_cents=200),
    )
    order = given(*draft(CUP=4, TEA=2)).when(percent("SALE", 1_000)).then(applied)
    assert order.discounts == (Discount(code=SALE, percent_bp=1_000, amount_cents=None),)


def test_an_amount_is_taken_off_and_every_line_has_its_share() -> None:
    applied = DiscountApplied(
        code=SALE,
        percent_bp=None,
        amount_cents=300,
        lines=(
            line(1, CUP, 1, discount_cents=33, share_cents=33),
            line(2, POT, 1, discount_cents=267, share_cents=267),
        ),
        results=results(DRAFT, 2_249, 2, discount_cents=300),
    )
    order = given(*draft(CUP=1, POT=1)).when(amount("SALE", 300)).then(applied)
    assert order.discounts == (Discount(code=SALE, percent_bp=None, amount_cents=300),)


def test_a_later_discount_is_of_what_earlier_ones_leave() -> None:
    assert off(draft(CUP=4), percent("A", 1_000), percent("B", 1_000)) == 100 + 90
    assert off(draft(CUP=4), amount("A", 500), percent("B", 1_000)) == 500 + 50


def test_the_order_of_discounts_counts() -> None:
    assert off(draft(CUP=4), percent("A", 1_000), amount("B", 500)) == 100 + 500
    assert off(draft(CUP=4), amount("B", 500), percent("A", 1_000)) == 500 + 50


@pytest.mark.parametrize(
    ("basis_points", "expected"),
    [(1, 0), (19, 0), (20, 1), (59, 1), (60, 2), (1_000, 25), (1_019, 25), (1_020, 26), (9_979, 249), (9_980, 250)],
)
def test_a_percentage_is_rounded_half_up(basis_points: int, expected: int) -> None:
    assert off(draft(CUP=1), percent("SALE", basis_points)) == expected


def test_a_percentage_is_rounded_once_for_the_order_and_not_once_a_line() -> None:
    assert off(draft(CUP=1, TEA=1, POT=1), percent("SALE", 20)) == 5
    assert [round(price * 20 / WHOLE_BP) for price in (250, 499, 1_999)] == [0, 1, 4]
    assert off(draft(CUP=1, TEA=1), percent("SALE", 60)) == 4
    assert off(draft(CUP=1), percent("SALE", 60)) + off(draft(TEA=1), percent("SALE", 60)) == 5


def test_each_discount_is_rounded_before_the_next_one() -> None:
    assert off(draft(CUP=1), percent("A", 20), percent("B", 20), percent("C", 20)) == 1 + 0 + 0


def test_everything_can_be_taken_off_and_the_order_is_paid() -> None:
    for decide in (percent("SALE", WHOLE_BP), amount("SALE", 2_249)):
        events = after(draft(CUP=1, POT=1), decide)
        assert events[-1].results == results(DRAFT, 2_249, 2, discount_cents=2_249)


def test_nothing_is_left_for_an_amount_where_all_is_taken_off_but_a_percentage_of_it_is_nothing() -> None:
    free = after(draft(CUP=1), percent("ALL", WHOLE_BP))
    given(*free).when(amount("MORE", 1)).refuses(
        DiscountExceedsTotal, "discount_exceeds_total", discount="MORE", amount_cents=1, left_cents=0
    )
    assert off(free, percent("MORE", 5_000)) == 250


def test_a_discount_of_more_than_earlier_ones_leave_is_refused() -> None:
    begun = after(draft(CUP=4), amount("A", 400))
    assert off(begun, amount("B", 600)) == 1_000
    given(*begun).when(amount("B", 601)).refuses(
        DiscountExceedsTotal, "discount_exceeds_total", discount="B", amount_cents=601, left_cents=600
    )


def test_a_draft_without_lines_takes_a_percentage_and_no_amount() -> None:
    applied = DiscountApplied(code=SALE, percent_bp=500, amount_cents=None, results=results(DRAFT, 0, 0))
    given(*draft()).when(percent("SALE", 500)).then(applied)
    given(*draft()).when(amount("SALE", 1)).refuses(
        DiscountExceedsTotal, "discount_exceeds_total", discount="SALE", amount_cents=1, left_cents=0
    )


def test_a_code_counts_once_and_its_case_counts() -> None:
    begun = after(draft(CUP=4), percent("SALE", 1_000))
    given(*begun).when(amount("SALE", 1)).refuses(DuplicateDiscount, "duplicate_discount", discount="SALE")
    assert off(begun, amount("sale", 1)) == 101


def test_an_order_has_at_most_so_many_discounts() -> None:
    full = after(draft(CUP=4), *(amount(f"D{number}", 1) for number in range(MAX_DISCOUNTS)))
    assert fold(full).results.discount_cents == MAX_DISCOUNTS == 20
    given(*full).when(amount("MORE", 1)).refuses(PartLimit, "part_limit", part="discounts", limit=MAX_DISCOUNTS)
    assert off(full, removing_discount("D3"), amount("MORE", 2)) == MAX_DISCOUNTS + 1


def test_refusals_of_applying_come_in_their_order() -> None:
    full = after(draft(CUP=1), *(amount(f"D{number}", 1) for number in range(MAX_DISCOUNTS)))
    too_much = MAX_PRICE_CENTS
    given(*after(full, lambda order: order.confirm())).when(amount("D0", too_much)).refuses(
        IllegalTransition, "illegal_transition", state="CONFIRMED"
    )
    given(*full).when(amount("D0", too_much)).refuses(DuplicateDiscount, "duplicate_discount", discount="D0")
    given(*full).when(amount("MORE", too_much)).refuses(PartLimit, "part_limit", part="discounts", limit=MAX_DISCOUNTS)


@pytest.mark.parametrize(
    ("basis_points", "cents"),
    [
        (None, None),
        (1, 1),
        (0, None),
        (-1, None),
        (WHOLE_BP + 1, None),
        (None, 0),
        (None, -1),
        (None, MAX_PRICE_CENTS + 1),
    ],
)
def test_a_discount_that_is_none_is_an_error_of_the_caller(basis_points: int | None, cents: int | None) -> None:
    with pytest.raises(ValueError, match=r"a discount is|a percentage is|an amount is"):
        fold(draft(CUP=1)).apply_discount(SALE, percent_bp=basis_points, amount_cents=cents)


def test_a_discount_is_taken_back_and_those_that_are_left_count_anew() -> None:
    begun = after(draft(CUP=4), amount("A", 500), percent("B", 1_000))
    removed = DiscountRemoved(
        code=DiscountCode("A"),
        lines=(line(1, CUP, 4, discount_cents=100, share_cents=100),),
        results=results(DRAFT, 1_000, 4, discount_cents=100),
    )
    order = given(*begun).when(removing_discount("A")).then(removed)
    assert order.discounts == (Discount(code=DiscountCode("B"), percent_bp=1_000, amount_cents=None),)


def test_the_last_discount_that_is_taken_back_leaves_the_lines_as_they_were_and_may_come_again() -> None:
    events = after(draft(CUP=4), percent("SALE", 1_000), removing_discount("SALE"))
    assert fold(events).lines == fold(draft(CUP=4)).lines
    assert fold(events).results == fold(draft(CUP=4)).results
    assert off(events, percent("SALE", 1_000)) == 100


def test_a_discount_that_is_not_there_cannot_be_taken_back() -> None:
    given(*draft(CUP=1)).when(removing_discount("SALE")).refuses(
        DiscountNotFound, "discount_not_found", discount="SALE"
    )
    given(*confirmed(CUP=1)).when(removing_discount("SALE")).refuses(
        IllegalTransition, "illegal_transition", state="CONFIRMED"
    )
