"""What every event of an order carries: the order's states and amounts after it, and the lines that it changed."""

from dataclasses import dataclass

from orders_domain.lines import OrderLine
from orders_domain.values import Currency, FulfilmentStatus, OrderStatus, PaymentStatus, ReturnStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderResults:
    """What an order amounts to after an event: states, units, and amounts in minor units of the currency."""

    status: OrderStatus
    payment_status: PaymentStatus
    fulfilment_status: FulfilmentStatus
    return_status: ReturnStatus
    currency: Currency
    item_count: int
    subtotal_cents: int
    discount_cents: int
    charges_cents: int
    total_cents: int
    returned_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChange:
    """What all order events have: the results, and each line that changed, whole, by ascending number."""

    results: OrderResults
    lines: tuple[OrderLine, ...] = ()
