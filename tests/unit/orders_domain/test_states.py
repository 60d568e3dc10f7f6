"""Every command against every state: what is not allowed is an error that names the state."""

from dataclasses import dataclass, replace

import pytest

from orders_domain.errors import DomainError, IllegalTransition
from orders_domain.evolving import fold
from orders_domain.order import Order
from orders_domain.values import OrderStatus
from tests.unit.orders_domain.examples import (
    ADDRESS,
    CUP,
    PARCEL,
    TEA,
    Decision,
    after,
    confirmed,
    delivering,
    draft,
    product,
    shipping,
)


@dataclass(frozen=True)
class Command:
    """A decision and the states in which it is allowed."""

    decide: Decision
    allowed: frozenset[OrderStatus]


DRAFT = frozenset({OrderStatus.DRAFT})
CONFIRMED = frozenset({OrderStatus.CONFIRMED})
IN_REVIEW = frozenset({OrderStatus.PENDING_REVIEW})
COMMANDS = {
    "AddItem": Command(lambda o: o.add_item(TEA, 1, product(TEA)), DRAFT),
    "AddItem, unknown": Command(lambda o: o.add_item(TEA, 1, None), DRAFT),
    "ChangeItemQuantity": Command(lambda o: o.change_item_quantity(CUP, 5, product(CUP)), DRAFT),
    "ChangeItemQuantity, same": Command(lambda o: o.change_item_quantity(CUP, 2, product(CUP)), DRAFT),
    "ChangeItemQuantity, missing": Command(lambda o: o.change_item_quantity(TEA, 2, product(TEA)), DRAFT),
    "RemoveItem": Command(lambda o: o.remove_item(CUP), DRAFT),
    "RemoveItem, missing": Command(lambda o: o.remove_item(TEA), DRAFT),
    "SetShippingAddress": Command(lambda o: o.set_shipping_address(replace(ADDRESS, city="Ely")), DRAFT | CONFIRMED),
    "SetShippingAddress, same": Command(lambda o: o.set_shipping_address(ADDRESS), DRAFT | CONFIRMED),
    "ConfirmOrder": Command(lambda o: o.confirm(), DRAFT),
    "CancelOrder": Command(lambda o: o.cancel("no"), CONFIRMED | IN_REVIEW),
    "DiscardOrder": Command(lambda o: o.discard(), DRAFT),
    "ShipItems": Command(shipping(PARCEL, CUP=1), CONFIRMED),
    "ShipItems, missing": Command(shipping(PARCEL, TEA=1), CONFIRMED),
    "ShipItems, too many": Command(shipping(PARCEL, CUP=3), CONFIRMED),
    "DeliverShipment, missing": Command(delivering(PARCEL), CONFIRMED),
}


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


@pytest.mark.parametrize("status", OrderStatus)
@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_allowed_in_its_own_states_only(name: str, status: OrderStatus) -> None:
    command = COMMANDS[name]
    error = illegal(command.decide, in_state(fold(draft(CUP=2)), status))
    if status in command.allowed:
        assert error is None
    else:
        assert error is not None
        assert error.extra == {"state": status.value}
        assert f"the order is {status.value}" in error.detail


@pytest.mark.parametrize("status", OrderStatus)
def test_a_parcel_arrives_while_its_order_is_confirmed_only(status: OrderStatus) -> None:
    order = fold(after(confirmed(CUP=2), shipping(PARCEL, CUP=1)))
    error = illegal(delivering(PARCEL), in_state(order, status))
    assert (error is None) is (status is OrderStatus.CONFIRMED)


def test_a_refusal_names_the_state_and_what_was_wanted() -> None:
    with pytest.raises(IllegalTransition, match=r"^Cannot confirm the order: the order is CONFIRMED\.$"):
        fold(confirmed(CUP=1)).confirm()
