"""Charges: one of each kind, beside the goods and never discounted."""

import pytest

from orders_domain.errors import ChargeNotFound, IllegalTransition
from orders_domain.events import ChargeRemoved, ChargeSet
from orders_domain.evolving import fold
from orders_domain.parts import Charge
from orders_domain.values import MAX_PRICE_CENTS, ChargeKind, OrderStatus
from tests.unit.orders_domain.examples import Decision, after, confirmed, draft, results
from tests.unit.orders_domain.moments import charging, percent
from tests.unit.orders_domain.scenario import given

DRAFT = OrderStatus.DRAFT
SHIPPING, TAX, FEE = ChargeKind.SHIPPING, ChargeKind.TAX, ChargeKind.FEE


def removing(kind: ChargeKind) -> Decision:
    return lambda order: order.remove_charge(kind)


def test_a_charge_is_added_to_what_is_owed() -> None:
    charged = ChargeSet(
        kind=SHIPPING, label="by hand", amount_cents=490, results=results(DRAFT, 500, 2, charges_cents=490)
    )
    order = given(*draft(CUP=2)).when(charging(SHIPPING, 490, "by hand")).then(charged)
    assert order.charges == (Charge(kind=SHIPPING, label="by hand", amount_cents=490),)
    assert order.results.total_cents == 990


def test_each_kind_is_charged_once_and_the_kinds_add_up() -> None:
    events = after(draft(CUP=2), charging(SHIPPING, 490), charging(TAX, 95), charging(FEE, 5))
    assert events[-1].results == results(DRAFT, 500, 2, charges_cents=590)
    again = after(events, charging(TAX, 100))
    assert again[-1].results == results(DRAFT, 500, 2, charges_cents=595)
    assert {charge.kind: charge.amount_cents for charge in fold(again).charges} == {SHIPPING: 490, TAX: 100, FEE: 5}


def test_a_charge_that_is_set_anew_keeps_its_place() -> None:
    events = after(draft(CUP=2), charging(SHIPPING, 490), charging(TAX, 95), charging(SHIPPING, 990))
    assert [(charge.kind, charge.amount_cents) for charge in fold(events).charges] == [(SHIPPING, 990), (TAX, 95)]


def test_a_charge_takes_another_label() -> None:
    events = after(draft(CUP=2), charging(FEE, 5, "gift"), charging(FEE, 5))
    assert fold(events).charges == (Charge(kind=FEE, label=None, amount_cents=5),)


def test_the_same_charge_changes_nothing() -> None:
    begun = after(draft(CUP=2), charging(FEE, 5, "gift"))
    given(*begun).when(charging(FEE, 5, "gift")).is_silent()


def test_a_charge_may_be_nothing_and_is_there_all_the_same() -> None:
    charged = ChargeSet(kind=TAX, label=None, amount_cents=0, results=results(DRAFT, 500, 2))
    order = given(*draft(CUP=2)).when(charging(TAX, 0)).then(charged)
    assert order.charges == (Charge(kind=TAX, label=None, amount_cents=0),)


def test_an_order_without_items_may_owe_charges_alone() -> None:
    events = after(draft(), charging(FEE, 5))
    assert events[-1].results == results(DRAFT, 0, 0, charges_cents=5)


def test_charges_are_not_discounted() -> None:
    events = after(draft(CUP=2), charging(SHIPPING, 490), percent("HALF", 5_000))
    assert events[-1].results == results(DRAFT, 500, 2, discount_cents=250, charges_cents=490)
    assert after(draft(CUP=2), percent("HALF", 5_000), charging(SHIPPING, 490))[-1].results == events[-1].results


def test_a_charge_is_taken_away() -> None:
    begun = after(draft(CUP=2), charging(SHIPPING, 490), charging(TAX, 95))
    removed = ChargeRemoved(kind=SHIPPING, results=results(DRAFT, 500, 2, charges_cents=95))
    order = given(*begun).when(removing(SHIPPING)).then(removed)
    assert order.charges == (Charge(kind=TAX, label=None, amount_cents=95),)


def test_what_is_not_charged_cannot_be_taken_away() -> None:
    begun = after(draft(CUP=2), charging(SHIPPING, 490))
    given(*begun).when(removing(TAX)).refuses(ChargeNotFound, "charge_not_found", kind="tax")
    given(*confirmed(CUP=2)).when(removing(TAX)).refuses(IllegalTransition, "illegal_transition", state="CONFIRMED")


@pytest.mark.parametrize("cents", [-1, MAX_PRICE_CENTS + 1])
def test_a_charge_out_of_bounds_is_an_error_of_the_caller(cents: int) -> None:
    with pytest.raises(ValueError, match="a price is"):
        fold(draft(CUP=1)).set_charge(FEE, None, cents)


def test_a_charge_that_is_as_it_was_is_still_refused_where_nothing_may_be_charged() -> None:
    begun = after(draft(CUP=2), charging(FEE, 5), lambda order: order.confirm())
    given(*begun).when(charging(FEE, 5)).refuses(IllegalTransition, "illegal_transition", state="CONFIRMED")
