"""What an order amounts to: its totals and the states that follow from its lines. Whoever changes lines asks here."""

from collections.abc import Sequence

from orders_domain.events import OrderResults
from orders_domain.lines import OrderLine
from orders_domain.values import Currency, FulfilmentStatus, OrderStatus, PaymentStatus, ReturnStatus


def order_results(
    *,
    currency: Currency,
    status: OrderStatus,
    lines: Sequence[OrderLine],
    charges: int = 0,
    paid: int = 0,
    refunded: int = 0,
) -> OrderResults:
    """The results that an event carries, of the order as it is after it. Amounts in minor units."""
    subtotal = subtotal_cents(lines)
    discount = discount_cents(lines)
    total = total_cents(subtotal=subtotal, discount=discount, charges=charges)
    return OrderResults(
        status=status,
        payment_status=payment_status(total, paid, refunded),
        fulfilment_status=fulfilment_status(lines),
        return_status=return_status(lines),
        currency=currency,
        item_count=sum(line.kept for line in lines),
        subtotal_cents=subtotal,
        discount_cents=discount,
        charges_cents=charges,
        total_cents=total,
        returned_cents=sum(line.returned_cents for line in lines),
    )


def subtotal_cents(lines: Sequence[OrderLine]) -> int:
    """Sum of the line totals, before discounts."""
    return sum(line.line_total_cents for line in lines)


def discount_cents(lines: Sequence[OrderLine]) -> int:
    """Sum of the shares that the lines have in discounts."""
    return sum(line.discount_cents for line in lines)


def total_cents(*, subtotal: int, discount: int, charges: int) -> int:
    """What the customer owes; charges are not discounted."""
    return subtotal - discount + charges


def payment_status(total: int, paid: int = 0, refunded: int = 0) -> PaymentStatus:
    """What is paid less what is refunded, against the total. A total of 0 is paid, unless all was paid back."""
    kept = paid - refunded
    if refunded and not kept:
        return PaymentStatus.REFUNDED
    if kept >= total:
        return PaymentStatus.PAID
    if refunded:
        return PaymentStatus.PART_REFUNDED
    return PaymentStatus.PART_PAID if kept else PaymentStatus.UNPAID


def fulfilment_status(lines: Sequence[OrderLine]) -> FulfilmentStatus:
    """How far the goods have come that are not cancelled; delivered and shipped mean all of them."""
    if not any(line.shipped for line in lines):
        return FulfilmentStatus.UNFULFILLED
    if any(line.unshipped for line in lines):
        return FulfilmentStatus.PARTIAL
    if any(line.delivered < line.shipped for line in lines):
        return FulfilmentStatus.SHIPPED
    return FulfilmentStatus.DELIVERED


def return_status(lines: Sequence[OrderLine]) -> ReturnStatus:
    """An open request comes first; then, of what was delivered, whether some or all has come back."""
    if any(line.return_requested for line in lines):
        return ReturnStatus.REQUESTED
    if not any(line.returned for line in lines):
        return ReturnStatus.NONE
    if any(line.returned < line.delivered for line in lines):
        return ReturnStatus.PARTIAL
    return ReturnStatus.RETURNED
