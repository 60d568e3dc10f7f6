"""A shop in memory: orders and products with all their events, and beside them the states evolved step by step."""

from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

from orders_domain.errors import DomainError
from orders_domain.events import OrderEvent, OrderShipped, ProductEvent
from orders_domain.evolving import evolve
from orders_domain.order import Order
from orders_domain.product import Product, evolve_product
from orders_domain.stock import StockEvents, release, reserve, take_off_hand
from orders_domain.values import Currency, CustomerId, ItemQuantity, OrderId, ShipmentId, ShippingAddress, Sku
from tests.unit.orders_domain.examples import EUR
from tests.unit.orders_domain.rules import assert_step_is_lawful

Decided = tuple[Sequence[OrderEvent], StockEvents]


class Shop:
    """Takes commands, keeps what they make, and keeps nothing of what is refused."""

    def __init__(self) -> None:
        self.products: dict[Sku, Product] = {}
        self.orders: dict[OrderId, Order] = {}
        self.product_events: dict[Sku, list[ProductEvent]] = {}
        self.order_events: dict[OrderId, list[OrderEvent]] = {}
        self._ids = 0

    def order(self, pick: int) -> Order:
        """One of the orders, the newest for 0."""
        return list(self.orders.values())[-1 - pick % len(self.orders)]

    def put_product(self, sku: Sku, price: int, currency: Currency) -> None:
        """Lists the product or changes it."""
        known = self.products.get(sku)
        try:
            if known is None:
                events = Product.list_new(sku=sku, name="thing", unit_price_cents=price, currency=currency)
            else:
                events = known.change("thing", price, currency)
        except DomainError:
            return
        self._keep_product(sku, events)

    def adjust_stock(self, sku: Sku, delta: int) -> None:
        """Counts the product, if there is one."""
        if sku not in self.products:
            return
        try:
            events = self.products[sku].adjust_stock(delta, "counted")
        except DomainError:
            return
        self._keep_product(sku, events)

    def create(self, items: Sequence[ItemQuantity], currency: Currency | None, address: ShippingAddress | None) -> None:
        """Begins an order."""
        order_id = OrderId(self._new_id())
        try:
            events = Order.create(
                order_id=order_id,
                customer_id=CustomerId(UUID(int=0)),
                currency=currency,
                default_currency=EUR,
                items=items,
                products=self.products,
                reference=None,
                shipping_address=address,
            )
        except DomainError:
            return
        self._keep(order_id, (events, {}))

    def decide(self, order: Order, decide: Callable[[Order], Sequence[OrderEvent]]) -> None:
        """Takes a decision that touches no stock."""
        self._attempt(order, lambda: (decide(order), {}))

    def confirm(self, order: Order) -> None:
        """Confirms and reserves, or neither."""
        self._attempt(order, lambda: (order.confirm(), reserve(self.products, order.order_id, order.unshipped())))

    def cancel(self, order: Order) -> None:
        """Cancels and releases, or neither."""
        self._attempt(order, lambda: (order.cancel("no"), release(self.products, order.order_id, order.unshipped())))

    def ship(self, order: Order, items: Sequence[ItemQuantity]) -> None:
        """Ships and takes off hand, or neither."""

        def shipped() -> Decided:
            (event,) = order.ship(ShipmentId(self._new_id()), items, None, None)
            assert isinstance(event, OrderShipped)
            sent = {item.sku: item.quantity for item in event.items}
            return (event,), take_off_hand(self.products, order.order_id, sent)

        self._attempt(order, shipped)

    def _attempt(self, order: Order, decide: Callable[[], Decided]) -> None:
        try:
            decided = decide()
        except DomainError:
            return
        self._keep(order.order_id, decided)

    def _keep(self, order_id: OrderId, decided: Decided) -> None:
        events, stock = decided
        for event in events:
            before = self.orders.get(order_id)
            self.orders[order_id] = evolve(before, event)
            self.order_events.setdefault(order_id, []).append(event)
            assert_step_is_lawful(before, event, self.orders[order_id])
        for sku, changes in stock.items():
            self._keep_product(sku, changes)

    def _keep_product(self, sku: Sku, events: Iterable[ProductEvent]) -> None:
        for event in events:
            self.products[sku] = evolve_product(self.products.get(sku), event)
            self.product_events.setdefault(sku, []).append(event)

    def _new_id(self) -> UUID:
        self._ids += 1
        return UUID(int=self._ids)
