"""A shop with three products, and orders of it at every stage: the material of the domain's tests."""

from collections.abc import Callable, Mapping
from uuid import UUID

from orders_domain.events import OrderEvent, OrderResults
from orders_domain.evolving import fold
from orders_domain.lines import OrderLine
from orders_domain.order import Order
from orders_domain.product import Product
from orders_domain.values import (
    Currency,
    CustomerId,
    FulfilmentStatus,
    ItemQuantity,
    OrderId,
    OrderStatus,
    PaymentStatus,
    ReturnStatus,
    ShipmentId,
    ShippingAddress,
    Sku,
)

Decision = Callable[[Order], tuple[OrderEvent, ...]]

ORDER = OrderId(UUID(int=1))
CUSTOMER = CustomerId(UUID(int=2))
PARCEL = ShipmentId(UUID(int=3))
OTHER_PARCEL = ShipmentId(UUID(int=4))
EUR = Currency("EUR")
USD = Currency("USD")
CUP = Sku("CUP")
POT = Sku("POT")
TEA = Sku("TEA")
PRICES = {CUP: 250, POT: 1_999, TEA: 499}
ADDRESS = ShippingAddress(
    recipient="Ada Byron",
    line1="12 St James's Square",
    line2=None,
    city="London",
    region=None,
    postal_code="SW1Y 4JH",
    country="GB",
)


def product(
    sku: Sku, *, on_hand: int = 100, reserved: int = 0, currency: Currency = EUR, listed: bool = True
) -> Product:
    """A product at the price that PRICES says."""
    return Product(
        sku=sku,
        version=7,
        name=f"{sku} of china",
        unit_price_cents=PRICES.get(sku, 100),
        currency=currency,
        listed=listed,
        on_hand=on_hand,
        reserved=reserved,
    )


SHELF: Mapping[Sku, Product] = {sku: product(sku) for sku in PRICES}


def items(**quantities: int) -> tuple[ItemQuantity, ...]:
    """`items(CUP=2)` is two cups."""
    return tuple(ItemQuantity(Sku(sku), quantity) for sku, quantity in quantities.items())


def line(number: int, sku: Sku, quantity: int, **counts: int) -> OrderLine:
    """A line at the price that PRICES says; `counts` are its other fields."""
    return OrderLine(
        line_number=number,
        sku=sku,
        name=f"{sku} of china",
        quantity=quantity,
        unit_price_cents=PRICES[sku],
        **counts,
    )


def results(
    status: OrderStatus,
    subtotal_cents: int,
    item_count: int,
    fulfilment: FulfilmentStatus = FulfilmentStatus.UNFULFILLED,
    *,
    payment: PaymentStatus | None = None,
    returns: ReturnStatus = ReturnStatus.NONE,
    discount_cents: int = 0,
    charges_cents: int = 0,
    returned_cents: int = 0,
) -> OrderResults:
    """The results of an order; without more words it has no discounts, charges, payments and returns."""
    total_cents = subtotal_cents - discount_cents + charges_cents
    return OrderResults(
        status=status,
        payment_status=payment or (PaymentStatus.UNPAID if total_cents else PaymentStatus.PAID),
        fulfilment_status=fulfilment,
        return_status=returns,
        currency=EUR,
        item_count=item_count,
        subtotal_cents=subtotal_cents,
        discount_cents=discount_cents,
        charges_cents=charges_cents,
        total_cents=total_cents,
        returned_cents=returned_cents,
    )


def draft(**quantities: int) -> tuple[OrderEvent, ...]:
    """The events of a draft with these items and an address."""
    return after(unaddressed(**quantities), lambda order: order.set_shipping_address(ADDRESS))


def unaddressed(**quantities: int) -> tuple[OrderEvent, ...]:
    """The events of a draft with these items and no address."""
    return Order.create(
        order_id=ORDER,
        customer_id=CUSTOMER,
        currency=EUR,
        default_currency=EUR,
        items=items(**quantities),
        products=SHELF,
        reference=None,
        shipping_address=None,
    )


def after(events: tuple[OrderEvent, ...], *decisions: Decision) -> tuple[OrderEvent, ...]:
    """The events with those of further decisions."""
    for decide in decisions:
        events = (*events, *decide(fold(events)))
    return events


def confirmed(**quantities: int) -> tuple[OrderEvent, ...]:
    """The events of a confirmed order."""
    return after(draft(**quantities), Order.confirm)


def cancelled(**quantities: int) -> tuple[OrderEvent, ...]:
    """The events of a cancelled order."""
    return after(confirmed(**quantities), lambda order: order.cancel("changed my mind"))


def discarded(**quantities: int) -> tuple[OrderEvent, ...]:
    """The events of a discarded draft."""
    return after(draft(**quantities), Order.discard)


def completed(**quantities: int) -> tuple[OrderEvent, ...]:
    """The events of an order that arrived in one parcel."""
    return after(confirmed(**quantities), shipping(PARCEL, **quantities), delivering(PARCEL))


def shipping(parcel: ShipmentId, **quantities: int) -> Decision:
    """To ship these items."""
    return lambda order: order.ship(parcel, items(**quantities), "DHL", "T-1")


def delivering(parcel: ShipmentId) -> Decision:
    """To note the arrival of a parcel."""
    return lambda order: order.deliver(parcel)
