"""What an order amounts to, counted a second time and without a look at how the domain does it."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor

from orders_domain.lines import OrderLine
from orders_domain.order import Order
from orders_domain.parts import Discount
from orders_domain.values import FulfilmentStatus, PaymentStatus, ReturnStatus


def assert_results_add_up(order: Order) -> None:
    """Totals and derived states are what lines, charges, payments and refunds say."""
    results = order.results
    assert results.item_count == sum(line.quantity - line.cancelled for line in order.lines)
    assert results.subtotal_cents == sum(line.line_total_cents for line in order.lines)
    assert results.discount_cents == sum(line.discount_cents for line in order.lines)
    assert results.charges_cents == sum(charge.amount_cents for charge in order.charges)
    assert results.total_cents == results.subtotal_cents - results.discount_cents + results.charges_cents >= 0
    assert results.returned_cents == sum(line.returned_cents for line in order.lines)
    assert 0 <= results.returned_cents <= results.total_cents - results.charges_cents
    paid = sum(payment.amount_cents for payment in order.payments)
    refunded = sum(refund.amount_cents for refund in order.refunds)
    assert 0 <= refunded <= paid
    assert results.payment_status is expected_payment(results.total_cents, paid, refunded)
    assert results.return_status is expected_return(order.lines)
    assert results.fulfilment_status is expected_fulfilment(order.lines)


def assert_shares_add_up(order: Order) -> None:
    """Each line has its share in the discounts, less that of cancelled units; what came back is worth what is owed."""
    prices = [line.unit_price_cents * line.quantity for line in order.lines]
    assert [line.share_cents for line in order.lines] == expected_shares(prices, order.discounts)
    for line in order.lines:
        taken_back = floor(Fraction(line.share_cents * line.cancelled, line.quantity))
        assert 0 <= line.discount_cents == line.share_cents - taken_back <= line.line_total_cents
        share = ceil(Fraction(line.share_cents * line.returned, line.quantity))
        assert line.returned_cents == line.unit_price_cents * line.returned - share
        if line.returned == line.quantity - line.cancelled:
            assert line.returned_cents == line.line_total_cents - line.discount_cents


def expected_shares(prices: Sequence[int], discounts: Sequence[Discount]) -> list[int]:
    """The cents that each line, worth its price, has off in all."""
    left = list(prices)
    for discount in discounts:
        whole = sum(left)
        off = min(discount.amount_cents or 0, whole)
        if discount.percent_bp is not None:
            off = floor(Fraction(whole * discount.percent_bp, 10_000) + Fraction(1, 2))
        exact = [Fraction(off * rest, whole or 1) for rest in left]
        shares = [floor(part) for part in exact]
        while sum(shares) < off:
            shares[max(range(len(left)), key=lambda n: (exact[n] - shares[n], -n))] += 1
        left = [rest - share for rest, share in zip(left, shares, strict=True)]
    return [price - rest for price, rest in zip(prices, left, strict=True)]


def expected_payment(total: int, paid: int, refunded: int) -> PaymentStatus:
    """By what is there, what went back, and what is owed."""
    if refunded:
        if refunded == paid:
            return PaymentStatus.REFUNDED
        return PaymentStatus.PAID if paid - refunded >= total else PaymentStatus.PART_REFUNDED
    if paid >= total:
        return PaymentStatus.PAID
    return PaymentStatus.PART_PAID if paid else PaymentStatus.UNPAID


def expected_fulfilment(lines: Sequence[OrderLine]) -> FulfilmentStatus:
    """By plain counting of units."""
    ordered = sum(line.quantity - line.cancelled for line in lines)
    shipped, delivered = sum(line.shipped for line in lines), sum(line.delivered for line in lines)
    if shipped == 0:
        return FulfilmentStatus.UNFULFILLED
    if shipped < ordered:
        return FulfilmentStatus.PARTIAL
    return FulfilmentStatus.SHIPPED if delivered < ordered else FulfilmentStatus.DELIVERED


def expected_return(lines: Sequence[OrderLine]) -> ReturnStatus:
    """By plain counting of units."""
    if sum(line.return_requested for line in lines):
        return ReturnStatus.REQUESTED
    returned, delivered = sum(line.returned for line in lines), sum(line.delivered for line in lines)
    if returned == 0:
        return ReturnStatus.NONE
    return ReturnStatus.PARTIAL if returned < delivered else ReturnStatus.RETURNED
