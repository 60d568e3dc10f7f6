"""What an order amounts to: its totals and the states that follow from its lines. Whoever changes lines asks here."""

from collections.abc import Sequence

from orders_domain.events import OrderResults
from orders_domain.lines import OrderLine
from orders_domain.values import Currency, FulfilmentStatus, OrderStatus, PaymentStatus, ReturnStatus


def order_results(*, currency: Currency, status: OrderStatus, lines: Sequence[OrderLine]) -> OrderResults:
    """The results that an event carries, of the lines as they are after it. Amounts in minor units."""
    subtotal = subtotal_cents(lines)
    discount = discount_cents(lines)
    total = total_cents(subtotal=subtotal, discount=discount, charges=0)
    return OrderResults(
        status=status,
        payment_status=payment_status(total),
        fulfilment_status=fulfilment_status(lines),
        return_status=return_status(lines),
        currency=currency,
        item_count=sum(line.kept for line in lines),
        subtotal_cents=subtotal,
        discount_cents=discount,
        charges_cents=0,
        total_cents=total,
        returned_cents=0,
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


def payment_status(total: int) -> PaymentStatus:
    """Of an order that no payment was recorded for: there is nothing to pay, or nothing is paid."""
    return PaymentStatus.UNPAID if total else PaymentStatus.PAID


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
