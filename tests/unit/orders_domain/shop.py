"""A shop in memory: orders and products with all their events, and beside them the states evolved step by step."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

from orders_domain import events as happened
from orders_domain.errors import DomainError
from orders_domain.events import OrderEvent, ProductEvent
from orders_domain.evolving import evolve
from orders_domain.order import Order
from orders_domain.product import Product, evolve_product
from orders_domain.stock import StockEvents, put_back, release, reserve, take_off_hand
from orders_domain.values import Currency, CustomerId, ItemQuantity, OrderId, OrderStatus, ShippingAddress, Sku
from tests.unit.orders_domain.examples import EUR
from tests.unit.orders_domain.rules import assert_step_is_lawful

NOBODY = CustomerId(UUID(int=0))


class Shop:
    """Takes commands, keeps what they make, and keeps nothing of what is refused.

    `made` counts events by name and refusals by code; `touched` are the orders that changed since somebody looked.
    """

    def __init__(self) -> None:
        self.products: dict[Sku, Product] = {}
        self.orders: dict[OrderId, Order] = {}
        self.product_events: dict[Sku, list[ProductEvent]] = {}
        self.order_events: dict[OrderId, list[OrderEvent]] = {}
        self.made: Counter[str] = Counter()
        self.touched: set[OrderId] = set()
        self._ids = 0

    def order(self, pick: int, *likely: OrderStatus) -> Order:
        """One of the orders, the newest for 0; from 2 on one of those in a likely state, if there is any."""
        known = list(self.orders.values())
        fitting = [order for order in known if order.status in likely] if pick >= 2 else []
        return (fitting or known)[-1 - pick % len(fitting or known)]

    def has(self, *statuses: OrderStatus) -> bool:
        """True if one of the orders is in one of these states."""
        return any(order.status in statuses for order in self.orders.values())

    def new_id(self) -> UUID:
        """An id that was not given before."""
        self._ids += 1
        return UUID(int=self._ids)

    def put_product(self, sku: Sku, price: int, currency: Currency) -> None:
        """Lists the product or changes it."""
        known = self.products.get(sku)
        if known is None:
            self._on_product(
                sku, lambda: Product.list_new(sku=sku, name="thing", unit_price_cents=price, currency=currency)
            )
        else:
            self._on_product(sku, lambda: known.change("thing", price, currency))

    def adjust_stock(self, sku: Sku, delta: int) -> None:
        """Counts the product."""
        self._on_product(sku, lambda: self.products[sku].adjust_stock(delta, "counted"))

    def delist(self, sku: Sku) -> None:
        """Ends the sale of the product."""
        self._on_product(sku, self.products[sku].delist)

    def create(self, items: Sequence[ItemQuantity], currency: Currency | None, address: ShippingAddress | None) -> None:
        """Begins an order."""
        order_id = OrderId(self.new_id())
        try:
            events = Order.create(
                order_id=order_id,
                customer_id=NOBODY,
                currency=currency,
                default_currency=EUR,
                items=items,
                products=self.products,
                reference=None,
                shipping_address=address,
            )
        except DomainError as refusal:
            self.made[refusal.code] += 1
            return
        self._keep(order_id, events, {})

    def decide(self, order: Order, decide: Callable[[Order], Sequence[OrderEvent]]) -> None:
        """Takes a decision and moves the stock that it asks for, or does neither."""
        try:
            events = decide(order)
            stock = self._moved(order, events[0]) if events else {}
        except DomainError as refusal:
            self.made[refusal.code] += 1
            return
        self._keep(order.order_id, events, stock)

    def _moved(self, order: Order, event: OrderEvent) -> StockEvents:
        match event:
            case happened.OrderConfirmed() | happened.OrderHeldForReview():
                return reserve(self.products, order.order_id, order.unshipped())
            case happened.OrderCancelled() | happened.OrderReviewDeclined():
                return release(self.products, order.order_id, order.unshipped())
            case happened.OrderItemCancelled():
                return release(self.products, order.order_id, {event.sku: event.quantity})
            case happened.OrderShipped():
                return take_off_hand(self.products, order.order_id, units(event.items))
            case happened.ReturnReceived(restocked=True):
                (back,) = (back for back in order.returns if back.return_id == event.return_id)
                return put_back(self.products, order.order_id, units(back.items))
            case _:
                return {}

    def _keep(self, order_id: OrderId, events: Sequence[OrderEvent], stock: StockEvents) -> None:
        for event in events:
            before = self.orders.get(order_id)
            self.orders[order_id] = evolve(before, event)
            self.order_events.setdefault(order_id, []).append(event)
            self.made[type(event).__name__] += 1
            self.touched.add(order_id)
            assert_step_is_lawful(before, event, self.orders[order_id])
        for sku, changes in stock.items():
            self._keep_product(sku, changes)

    def _on_product(self, sku: Sku, decide: Callable[[], Sequence[ProductEvent]]) -> None:
        try:
            events = decide()
        except DomainError as refusal:
            self.made[refusal.code] += 1
            return
        self._keep_product(sku, events)

    def _keep_product(self, sku: Sku, events: Iterable[ProductEvent]) -> None:
        for event in events:
            self.products[sku] = evolve_product(self.products.get(sku), event)
            self.product_events.setdefault(sku, []).append(event)
            self.made[type(event).__name__] += 1


def units(items: Iterable[ItemQuantity]) -> dict[Sku, int]:
    """Units per SKU."""
    return {item.sku: item.quantity for item in items}
