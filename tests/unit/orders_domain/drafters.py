"""What clients do to products and drafts, right and wrong: half of the rules of the machine that plays shop."""

from dataclasses import replace
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from orders_domain.order import Order
from orders_domain.values import (
    MAX_QUANTITY,
    ChargeKind,
    Currency,
    DiscountCode,
    FraudVerdict,
    ItemQuantity,
    OrderStatus,
    ShipmentId,
    ShippingAddress,
    Sku,
)
from tests.unit.orders_domain.examples import ADDRESS, EUR, USD, Decision, delivering
from tests.unit.orders_domain.moments import amount, charging, confirming, percent, removing_discount
from tests.unit.orders_domain.shop import Shop

SOLD = [Sku("A"), Sku("B"), Sku("C")]
GHOST = Sku("GHOST")
sold = st.sampled_from(SOLD)
skus = st.sampled_from([*SOLD, *SOLD, *SOLD, GHOST])
quantities = st.sampled_from([1, 2, 1, 2, 3, 4, MAX_QUANTITY])
items = st.lists(st.builds(ItemQuantity, skus, quantities), min_size=1, max_size=3)
currencies = st.sampled_from([EUR, EUR, EUR, EUR, USD])
codes = st.sampled_from([DiscountCode("HALF"), DiscountCode("LESS")])
kinds = st.sampled_from(ChargeKind)
picks = st.integers(0, 7)

BASKET = [ItemQuantity(SOLD[0], 2), ItemQuantity(SOLD[1], 3)]
PARCEL = ShipmentId(UUID(int=0))
STANDING: tuple[Decision, ...] = (
    Order.confirm,
    lambda order: order.record_payment(1, "A", None, allow_overpayment=False),
)
WAYS: dict[OrderStatus, tuple[Decision, ...]] = {
    OrderStatus.DRAFT: (),
    OrderStatus.PENDING_REVIEW: (confirming(FraudVerdict.REVIEW),),
    OrderStatus.CONFIRMED: STANDING,
    OrderStatus.CANCELLED: (*STANDING, lambda order: order.cancel("no")),
    OrderStatus.COMPLETED: (
        *STANDING,
        lambda order: order.ship(PARCEL, BASKET, None, None),
        delivering(PARCEL),
    ),
}
"""How a basket comes to each state."""


class Drafters(RuleBasedStateMachine):
    """Whatever a client may send about products and drafts, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.shop = Shop()

    def some_order(self, pick: int, *likely: OrderStatus) -> Order:
        """One of the orders, most often one in a likely state; where there is none, one is brought there."""
        if pick >= 2 and not self.shop.has(*likely):
            self.bring(likely[pick % len(likely)])
        return self.shop.order(pick, *likely)

    def bring(self, status: OrderStatus) -> None:
        """Fills the shelves and makes an order that comes as far as this."""
        for sku in SOLD[:2]:
            self.shop.put_product(sku, 250, EUR)
            self.shop.adjust_stock(sku, 5)
        self.shop.create(BASKET, EUR, ADDRESS)
        for decide in WAYS[status]:
            self.shop.decide(self.shop.order(0), decide)

    def on(self, pick: int, decide: Decision, *likely: OrderStatus) -> None:
        """Takes the decision on one of the orders, most often one in a likely state."""
        self.shop.decide(self.some_order(pick, *likely), decide)

    def on_draft(self, pick: int, decide: Decision) -> None:
        """Takes the decision on one of the orders, most often a draft."""
        self.on(pick, decide, OrderStatus.DRAFT)

    @rule(sku=sold, price=st.integers(0, 999), currency=currencies)
    def put_product(self, sku: Sku, price: int, currency: Currency) -> None:
        self.shop.put_product(sku, price, currency)

    @rule(sku=sold, delta=st.none() | st.integers(-20, 20) | st.just(-99))
    def count_or_delist(self, sku: Sku, delta: int | None) -> None:
        if delta is None:
            self.shop.delist(sku)
        else:
            self.shop.adjust_stock(sku, delta)

    @rule(
        wanted=items | st.just(BASKET) | st.just([]),
        currency=st.none() | currencies,
        address=st.sampled_from([ADDRESS, None]),
        at_once=st.booleans(),
    )
    def create(
        self,
        wanted: list[ItemQuantity],
        currency: Currency | None,
        address: ShippingAddress | None,
        at_once: bool,
    ) -> None:
        self.shop.create(wanted, currency, address)
        if at_once:
            self.shop.decide(self.shop.order(0), Order.confirm)

    @rule(pick=picks, sku=skus, quantity=quantities)
    def add_item(self, pick: int, sku: Sku, quantity: int) -> None:
        product = self.shop.products.get(sku)
        self.on_draft(pick, lambda order: order.add_item(sku, quantity, product))

    @rule(pick=picks, sku=skus, quantity=quantities)
    def change_item_quantity(self, pick: int, sku: Sku, quantity: int) -> None:
        product = self.shop.products.get(sku)
        self.on_draft(pick, lambda order: order.change_item_quantity(sku, quantity, product))

    @rule(pick=picks, sku=skus)
    def remove_item(self, pick: int, sku: Sku) -> None:
        self.on_draft(pick, lambda order: order.remove_item(sku))

    @rule(pick=picks, old=sold, new=sold)
    def exchange_item(self, pick: int, old: Sku, new: Sku) -> None:
        self.remove_item(pick, old)
        self.add_item(pick, new, 1)

    @rule(pick=picks, city=st.sampled_from(["Ely", "Bath"]))
    def set_shipping_address(self, pick: int, city: str) -> None:
        address = replace(ADDRESS, city=city)
        self.on_draft(pick, lambda order: order.set_shipping_address(address))

    @rule(pick=picks, code=codes, off=st.integers(1, 10_000), percentage=st.booleans())
    def apply_discount(self, pick: int, code: DiscountCode, off: int, percentage: bool) -> None:
        self.on_draft(pick, percent(code, off) if percentage else amount(code, off // 5 + 1))

    @rule(pick=picks, code=codes, there=st.booleans())
    def remove_discount(self, pick: int, code: DiscountCode, there: bool) -> None:
        if there:
            self.on_draft(pick, amount(code, 1))
        self.on_draft(pick, removing_discount(code))

    @rule(pick=picks, kind=kinds, cents=st.integers(0, 3))
    def set_charge(self, pick: int, kind: ChargeKind, cents: int) -> None:
        self.on_draft(pick, charging(kind, cents))

    @rule(pick=picks, kind=kinds, there=st.booleans())
    def remove_charge(self, pick: int, kind: ChargeKind, there: bool) -> None:
        if there:
            self.on_draft(pick, charging(kind, 1))
        self.on_draft(pick, lambda order: order.remove_charge(kind))

    @rule(pick=picks, alone=st.booleans())
    def give_up(self, pick: int, alone: bool) -> None:
        self.on_draft(pick, Order.expire if alone else Order.discard)
