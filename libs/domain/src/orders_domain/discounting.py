"""Discounts and charges on a draft, and how discounts are shared out over its lines."""

from collections.abc import Sequence
from dataclasses import replace

from orders_domain.errors import (
    ChargeNotFound,
    DiscountExceedsTotal,
    DiscountNotFound,
    DuplicateDiscount,
)
from orders_domain.events import ChargeRemoved, ChargeSet, DiscountApplied, DiscountRemoved, OrderEvent
from orders_domain.lines import OrderLine, changed_lines
from orders_domain.order_state import OrderState
from orders_domain.parts import Discount, require_room
from orders_domain.values import (
    MAX_DISCOUNTS,
    MAX_PRICE_CENTS,
    WHOLE_BP,
    ChargeKind,
    DiscountCode,
    OrderStatus,
    require_price,
)


def apply_discount(
    order: OrderState, code: DiscountCode, *, percent_bp: int | None, amount_cents: int | None
) -> tuple[OrderEvent, ...]:
    """Takes a discount off what earlier ones leave: so many basis points of it, or an amount.

    Raises, in this order, IllegalTransition, DuplicateDiscount, PartLimit, DiscountExceedsTotal; ValueError unless
    there is just one of percent_bp (1 to 10,000) and amount_cents (1 to MAX_PRICE_CENTS).
    """
    _require_one(percent_bp, amount_cents)
    order.require_status("apply a discount", OrderStatus.DRAFT)
    if any(discount.code == code for discount in order.discounts):
        raise DuplicateDiscount(code)
    require_room("discounts", order.discounts, MAX_DISCOUNTS)
    left = order.results.subtotal_cents - order.results.discount_cents
    if amount_cents is not None and amount_cents > left:
        raise DiscountExceedsTotal(code, amount_cents, left)
    discount = Discount(code=code, percent_bp=percent_bp, amount_cents=amount_cents)
    lines = discounted(order.lines, (*order.discounts, discount))
    applied = DiscountApplied(
        code=code,
        percent_bp=percent_bp,
        amount_cents=amount_cents,
        lines=changed_lines(order.lines, lines),
        results=order.results_with(lines=lines),
    )
    return (applied,)


def remove_discount(order: OrderState, code: DiscountCode) -> tuple[OrderEvent, ...]:
    """Takes the discount back; those that are left count anew. Raises IllegalTransition, then DiscountNotFound."""
    order.require_status("remove a discount", OrderStatus.DRAFT)
    kept = tuple(discount for discount in order.discounts if discount.code != code)
    if kept == order.discounts:
        raise DiscountNotFound(code)
    lines = discounted(order.lines, kept)
    results = order.results_with(lines=lines)
    return (DiscountRemoved(code=code, lines=changed_lines(order.lines, lines), results=results),)


def set_charge(order: OrderState, kind: ChargeKind, label: str | None, amount_cents: int) -> tuple[OrderEvent, ...]:
    """Charges this for that kind, in place of what was charged; nothing happens if it is so already.

    Raises IllegalTransition; ValueError for an amount out of bounds.
    """
    require_price(amount_cents)
    order.require_status("set a charge", OrderStatus.DRAFT)
    if any((one.kind, one.label, one.amount_cents) == (kind, label, amount_cents) for one in order.charges):
        return ()
    charges = amount_cents + sum(one.amount_cents for one in order.charges if one.kind != kind)
    results = order.results_with(charges=charges)
    return (ChargeSet(kind=kind, label=label, amount_cents=amount_cents, results=results),)


def remove_charge(order: OrderState, kind: ChargeKind) -> tuple[OrderEvent, ...]:
    """Charges nothing for that kind. Raises IllegalTransition, then ChargeNotFound."""
    order.require_status("remove a charge", OrderStatus.DRAFT)
    kept = [charge for charge in order.charges if charge.kind != kind]
    if len(kept) == len(order.charges):
        raise ChargeNotFound(kind)
    results = order.results_with(charges=sum(charge.amount_cents for charge in kept))
    return (ChargeRemoved(kind=kind, results=results),)


def discounted(lines: tuple[OrderLine, ...], discounts: Sequence[Discount]) -> tuple[OrderLine, ...]:
    """A draft's lines with their shares in these discounts, which stack in this order.

    A percentage is of what is left, rounded half up once; an amount takes what is left at most.
    """
    if not discounts and not any(line.discount_cents for line in lines):
        return lines
    left = [line.line_total_cents for line in lines]
    for discount in discounts:
        whole = sum(left)
        if discount.percent_bp is not None:
            off = (whole * discount.percent_bp + WHOLE_BP // 2) // WHOLE_BP
        else:
            off = min(discount.amount_cents or 0, whole)
        left = [rest - share for rest, share in zip(left, shared_out(off, left), strict=True)]
    shares = [line.line_total_cents - rest for line, rest in zip(lines, left, strict=True)]
    return tuple(
        replace(line, discount_cents=share, share_cents=share) for line, share in zip(lines, shares, strict=True)
    )


def shared_out(amount: int, weights: Sequence[int]) -> list[int]:
    """The amount in shares by weight, by largest remainder; of equal ones the first. They add up to it exactly.

    Nobody gets more than the weight where the amount is not above their sum.
    """
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    shares = [amount * weight // whole for weight in weights]
    remainders = sorted(range(len(weights)), key=lambda n: (-(amount * weights[n] % whole), n))
    for n in remainders[: amount - sum(shares)]:
        shares[n] += 1
    return shares


def _require_one(percent_bp: int | None, amount_cents: int | None) -> None:
    if (percent_bp is None) is (amount_cents is None):
        raise ValueError("a discount is a percentage or an amount")
    if percent_bp is not None and not 1 <= percent_bp <= WHOLE_BP:
        raise ValueError(f"a percentage is 1 to {WHOLE_BP} basis points")
    if amount_cents is not None and not 1 <= amount_cents <= MAX_PRICE_CENTS:
        raise ValueError(f"an amount is 1 to {MAX_PRICE_CENTS} minor units")
