"""A shop under any sequence of commands, right and wrong: no state comes about that the rules forbid."""

from dataclasses import replace
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from orders_domain.evolving import fold
from orders_domain.order import Order
from orders_domain.product import fold_product
from orders_domain.values import MAX_QUANTITY, Currency, ItemQuantity, OrderStatus, ShipmentId, Sku
from tests.unit.orders_domain.examples import ADDRESS, EUR, USD
from tests.unit.orders_domain.rules import assert_order_is_lawful
from tests.unit.orders_domain.shop import Shop

SOLD = [Sku("A"), Sku("B"), Sku("C")]
GHOST = Sku("GHOST")
sold = st.sampled_from(SOLD)
skus = st.sampled_from([*SOLD, *SOLD, *SOLD, GHOST])
quantities = st.sampled_from([1, 2, 1, 2, 3, 4, MAX_QUANTITY])
items = st.lists(st.builds(ItemQuantity, skus, quantities), min_size=1, max_size=3)
currencies = st.sampled_from([EUR, EUR, EUR, EUR, USD])
picks = st.integers(0, 3)


class AnyShop(RuleBasedStateMachine):
    """Whatever a client may send, in any order; `serve` is the good clerk without whom few orders would get far."""

    def __init__(self) -> None:
        super().__init__()
        self.shop = Shop()

    @initialize(stock=st.lists(st.integers(3, 30), min_size=len(SOLD), max_size=len(SOLD)), wanted=st.lists(items))
    def open(self, stock: list[int], wanted: list[list[ItemQuantity]]) -> None:
        for sku, on_hand in zip(SOLD, stock, strict=True):
            self.shop.put_product(sku, 250, EUR)
            self.shop.adjust_stock(sku, on_hand)
        for order in [[ItemQuantity(SOLD[0], 2), ItemQuantity(SOLD[1], 3)], *wanted]:
            self.shop.create(order, EUR, ADDRESS)

    @rule(sku=sold, price=st.integers(0, 999), currency=currencies)
    def put_product(self, sku: Sku, price: int, currency: Currency) -> None:
        self.shop.put_product(sku, price, currency)

    @rule(sku=sold, delta=st.integers(-20, 20))
    def adjust_stock(self, sku: Sku, delta: int) -> None:
        self.shop.adjust_stock(sku, delta)

    @rule(wanted=items | st.just([]), currency=st.none() | currencies, address=st.sampled_from([ADDRESS, None]))
    def create(self, wanted: list[ItemQuantity], currency: Currency | None, address: None) -> None:
        self.shop.create(wanted, currency, address)

    @rule(pick=picks, sku=skus, quantity=quantities)
    def add_item(self, pick: int, sku: Sku, quantity: int) -> None:
        product = self.shop.products.get(sku)
        self.shop.decide(self.shop.order(pick), lambda order: order.add_item(sku, quantity, product))

    @rule(pick=picks, sku=skus, quantity=quantities)
    def change_item_quantity(self, pick: int, sku: Sku, quantity: int) -> None:
        product = self.shop.products.get(sku)
        self.shop.decide(self.shop.order(pick), lambda order: order.change_item_quantity(sku, quantity, product))

    @rule(pick=picks, sku=skus)
    def remove_item(self, pick: int, sku: Sku) -> None:
        self.shop.decide(self.shop.order(pick), lambda order: order.remove_item(sku))

    @rule(pick=picks, old=sold, new=sold)
    def exchange_item(self, pick: int, old: Sku, new: Sku) -> None:
        self.remove_item(pick, old)
        self.add_item(pick, new, 1)

    @rule(pick=picks, city=st.sampled_from(["Ely", "Bath"]))
    def set_shipping_address(self, pick: int, city: str) -> None:
        address = replace(ADDRESS, city=city)
        self.shop.decide(self.shop.order(pick), lambda order: order.set_shipping_address(address))

    @rule(pick=picks)
    def confirm(self, pick: int) -> None:
        self.shop.confirm(self.shop.order(pick))

    @rule(pick=picks, stands=st.booleans())
    def call_off(self, pick: int, stands: bool) -> None:
        if stands:
            self.shop.cancel(self.shop.order(pick))
        else:
            self.shop.decide(self.shop.order(pick), Order.discard)

    @rule(pick=picks, parcel=items)
    def ship(self, pick: int, parcel: list[ItemQuantity]) -> None:
        self.shop.ship(self.shop.order(pick), parcel)

    @rule(pick=picks, parcel=picks)
    def deliver(self, pick: int, parcel: int) -> None:
        order = self.shop.order(pick)
        known = [shipment.shipment_id for shipment in order.shipments] or [ShipmentId(UUID(int=0))]
        self.shop.decide(order, lambda order: order.deliver(known[parcel % len(known)]))

    @rule(pick=picks, parcels=st.lists(st.booleans(), min_size=1, max_size=6))
    def serve(self, pick: int, parcels: list[bool]) -> None:
        for whole in parcels:
            self.serve_once(self.shop.order(pick), whole)

    def serve_once(self, order: Order, whole: bool) -> None:
        under_way = [shipment.shipment_id for shipment in order.shipments if not shipment.delivered]
        if order.status is OrderStatus.DRAFT and order.shipping_address is None:
            self.shop.decide(order, lambda order: order.set_shipping_address(ADDRESS))
        elif order.status is OrderStatus.DRAFT:
            self.shop.confirm(order)
        elif left := [ItemQuantity(sku, n if whole else 1) for sku, n in order.unshipped().items()]:
            self.shop.ship(order, left if whole else left[:1])
        elif under_way:
            self.shop.decide(order, lambda order: order.deliver(under_way[-1]))

    @invariant()
    def the_state_is_the_fold_of_the_events(self) -> None:
        for order_id, events in self.shop.order_events.items():
            assert fold(events) == self.shop.orders[order_id]
            assert self.shop.orders[order_id].version == len(events)
        for sku, changes in self.shop.product_events.items():
            assert fold_product(changes) == self.shop.products[sku]
            assert self.shop.products[sku].version == len(changes)

    @invariant()
    def every_order_is_lawful(self) -> None:
        for order in self.shop.orders.values():
            assert_order_is_lawful(order)

    @invariant()
    def stock_is_what_orders_hold_and_no_more(self) -> None:
        held = dict.fromkeys(SOLD, 0)
        for order in self.shop.orders.values():
            if order.status in {OrderStatus.CONFIRMED, OrderStatus.PENDING_REVIEW}:
                for line in order.lines:
                    held[line.sku] += line.quantity - line.cancelled - line.shipped
        for sku, product in self.shop.products.items():
            assert 0 <= product.reserved <= product.on_hand
            assert product.reserved == held[sku]
            assert product.available == product.on_hand - product.reserved


TestAnyShop = AnyShop.TestCase
TestAnyShop.settings = settings(max_examples=80, stateful_step_count=50, deadline=None)
