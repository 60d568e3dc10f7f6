"""Every command against every state: what is not allowed is an error that names the state."""

import inspect
from dataclasses import dataclass, replace
from uuid import UUID

import pytest

from orders_domain.errors import DomainError, IllegalTransition
from orders_domain.evolving import fold
from orders_domain.order import Order
from orders_domain.order_state import OrderState
from orders_domain.values import ChargeKind, FraudVerdict, OrderStatus, ReturnId
from tests.unit.orders_domain.examples import (
    ADDRESS,
    CUP,
    OTHER_PARCEL,
    PARCEL,
    TEA,
    Decision,
    after,
    confirmed,
    delivering,
    draft,
    shipping,
)
from tests.unit.orders_domain.moments import (
    STAGES,
    adding,
    amount,
    approving,
    arrived,
    cancelling_item,
    changing,
    charging,
    confirming,
    declining,
    noting,
    paying,
    percent,
    receiving,
    refunding,
    rejecting,
    removing_discount,
    requesting,
)

BACK = ReturnId(UUID(int=31))


@dataclass(frozen=True)
class Command:
    """A decision and the states in which it is allowed."""

    decide: Decision
    allowed: frozenset[OrderStatus]


DRAFT = frozenset({OrderStatus.DRAFT})
CONFIRMED = frozenset({OrderStatus.CONFIRMED})
IN_REVIEW = frozenset({OrderStatus.PENDING_REVIEW})
STANDING = frozenset({OrderStatus.CONFIRMED, OrderStatus.COMPLETED})
REFUNDABLE = STANDING | {OrderStatus.CANCELLED}
ANY = frozenset(OrderStatus)
COMMANDS = {
    "add_item": Command(adding(TEA, 1), DRAFT),
    "add_item, unknown": Command(lambda o: o.add_item(TEA, 1, None), DRAFT),
    "change_item_quantity": Command(changing(CUP, 5), DRAFT),
    "change_item_quantity, same": Command(changing(CUP, 2), DRAFT),
    "change_item_quantity, missing": Command(changing(TEA, 2), DRAFT),
    "remove_item": Command(lambda o: o.remove_item(CUP), DRAFT),
    "remove_item, missing": Command(lambda o: o.remove_item(TEA), DRAFT),
    "set_shipping_address": Command(lambda o: o.set_shipping_address(replace(ADDRESS, city="Ely")), DRAFT | CONFIRMED),
    "set_shipping_address, same": Command(lambda o: o.set_shipping_address(ADDRESS), DRAFT | CONFIRMED),
    "apply_discount": Command(percent("SALE", 1_000), DRAFT),
    "apply_discount, too large": Command(amount("SALE", 501), DRAFT),
    "remove_discount, missing": Command(removing_discount("SALE"), DRAFT),
    "set_charge": Command(charging(ChargeKind.FEE, 5), DRAFT),
    "remove_charge, missing": Command(lambda o: o.remove_charge(ChargeKind.FEE), DRAFT),
    "confirm": Command(Order.confirm, DRAFT),
    "confirm, in doubt": Command(confirming(FraudVerdict.REVIEW), DRAFT),
    "confirm, denied": Command(confirming(FraudVerdict.DENY), DRAFT),
    "discard": Command(Order.discard, DRAFT),
    "expire": Command(Order.expire, DRAFT),
    "approve_review": Command(approving, IN_REVIEW),
    "decline_review": Command(declining, IN_REVIEW),
    "cancel": Command(lambda o: o.cancel("no"), CONFIRMED | IN_REVIEW),
    "cancel_item": Command(cancelling_item(CUP, 1), CONFIRMED),
    "cancel_item, missing": Command(cancelling_item(TEA, 1), CONFIRMED),
    "cancel_item, too many": Command(cancelling_item(CUP, 3), CONFIRMED),
    "record_payment": Command(paying(1, allow_overpayment=True), STANDING),
    "record_payment, too much": Command(paying(501), STANDING),
    "record_refund, too much": Command(refunding(1), REFUNDABLE),
    "ship": Command(shipping(OTHER_PARCEL, CUP=1), CONFIRMED),
    "ship, missing": Command(shipping(OTHER_PARCEL, TEA=1), CONFIRMED),
    "ship, too many": Command(shipping(OTHER_PARCEL, CUP=3), CONFIRMED),
    "deliver, missing": Command(delivering(OTHER_PARCEL), CONFIRMED),
    "request_return, too many": Command(requesting(BACK, CUP=3), STANDING),
    "request_return, missing": Command(requesting(BACK, TEA=1), STANDING),
    "receive_return, missing": Command(receiving(BACK), STANDING),
    "reject_return, missing": Command(rejecting(BACK), STANDING),
    "add_note": Command(noting("call first"), ANY),
}
"""Against the order of two cups that STAGES has in each state."""

PAID = after(confirmed(CUP=2), paying(500))
ASKED = after(confirmed(CUP=2), *arrived(CUP=1), requesting(BACK, CUP=1))
PREPARED = {
    "remove_discount": (after(draft(CUP=2), percent("SALE", 1_000)), Command(removing_discount("SALE"), DRAFT)),
    "apply_discount, again": (after(draft(CUP=2), percent("A", 1)), Command(percent("A", 1), DRAFT)),
    "remove_charge": (
        after(draft(CUP=2), charging(ChargeKind.FEE, 5)),
        Command(lambda o: o.remove_charge(ChargeKind.FEE), DRAFT),
    ),
    "set_charge, same": (
        after(draft(CUP=2), charging(ChargeKind.FEE, 5)),
        Command(charging(ChargeKind.FEE, 5), DRAFT),
    ),
    "confirm, empty": (draft(), Command(Order.confirm, DRAFT)),
    "deliver": (after(confirmed(CUP=2), shipping(PARCEL, CUP=1)), Command(delivering(PARCEL), CONFIRMED)),
    "record_payment, again": (PAID, Command(paying(1), STANDING)),
    "record_refund": (PAID, Command(refunding(1), REFUNDABLE)),
    "request_return": (
        after(confirmed(CUP=2), *arrived(CUP=1)),
        Command(requesting(BACK, CUP=1), STANDING),
    ),
    "receive_return": (ASKED, Command(receiving(BACK), STANDING)),
    "reject_return": (ASKED, Command(rejecting(BACK), STANDING)),
}
"""What needs a past of its own, with that past; the state is put on it."""


def illegal(decide: Decision, order: Order) -> IllegalTransition | None:
    try:
        decide(order)
    except IllegalTransition as error:
        return error
    except DomainError:
        return None
    return None


def in_state(order: Order, status: OrderStatus) -> Order:
    return replace(order, results=replace(order.results, status=status))


def assert_allowed_in_its_own_states_only(command: Command, order: Order) -> None:
    error = illegal(command.decide, order)
    if order.status in command.allowed:
        assert error is None
    else:
        assert error is not None
        assert error.extra == {"state": order.status.value}
        assert f"the order is {order.status.value}" in error.detail


def test_the_table_has_every_decision_and_the_stages_every_state() -> None:
    inherited = dict(inspect.getmembers(OrderState))
    decisions = {
        name for name, _ in inspect.getmembers(Order, inspect.isfunction) if name[0] != "_" and name not in inherited
    }
    assert {name.partition(",")[0] for name in (*COMMANDS, *PREPARED)} == decisions - {"create"}
    assert {name: fold(events).status for name, events in STAGES.items()} == {s.value: s for s in OrderStatus}


@pytest.mark.parametrize("status", OrderStatus)
@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_allowed_in_its_own_states_only(name: str, status: OrderStatus) -> None:
    assert_allowed_in_its_own_states_only(COMMANDS[name], fold(STAGES[status]))


@pytest.mark.parametrize("status", OrderStatus)
@pytest.mark.parametrize("name", PREPARED)
def test_a_command_on_what_came_before_is_allowed_in_its_own_states_only(name: str, status: OrderStatus) -> None:
    past, command = PREPARED[name]
    assert_allowed_in_its_own_states_only(command, in_state(fold(past), status))


def test_a_refusal_names_the_state_and_what_was_wanted() -> None:
    with pytest.raises(IllegalTransition, match=r"^Cannot confirm the order: the order is CONFIRMED\.$"):
        fold(confirmed(CUP=1)).confirm()
