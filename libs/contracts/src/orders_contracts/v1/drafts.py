"""What happened to a draft, beside its items: discounts, charges, and that nobody came back to it."""

from typing import Annotated

from orders_contracts.v1.orders import OrderEvent, one_of

ChargeKind = Annotated[str, one_of("shipping", "tax", "fee")]


class DiscountApplied(OrderEvent, frozen=True, kw_only=True):
    """The discount counts: `percent_bp` basis points of what is left, or `amount_cents`. The lines have its shares."""

    code: str
    percent_bp: int | None
    amount_cents: int | None


class DiscountRemoved(OrderEvent, frozen=True, kw_only=True):
    """The discount no longer counts."""

    code: str


class ChargeSet(OrderEvent, frozen=True, kw_only=True):
    """This is charged beside the goods, in place of what was charged of that kind."""

    kind: ChargeKind
    label: str | None
    amount_cents: int


class ChargeRemoved(OrderEvent, frozen=True, kw_only=True):
    """Nothing of that kind is charged."""

    kind: ChargeKind


class OrderExpired(OrderEvent, frozen=True, kw_only=True):
    """The draft was left alone for too long."""
