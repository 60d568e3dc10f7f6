"""A shop under any sequence of commands, right and wrong: no state comes about that the rules forbid."""

from collections import Counter
from typing import ClassVar, get_args

from hypothesis import seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, run_state_machine_as_test

from orders_domain.events import OrderEvent, ProductEvent
from orders_domain.evolving import fold
from orders_domain.product import fold_product
from orders_domain.values import OrderStatus
from tests.unit.orders_domain.drafters import BASKET, SOLD
from tests.unit.orders_domain.examples import ADDRESS, EUR
from tests.unit.orders_domain.rules import assert_order_is_lawful
from tests.unit.orders_domain.settlers import Settlers

EVENTS = {event.__name__ for event in (*get_args(OrderEvent), *get_args(ProductEvent))}
REFUSALS = {
    "illegal_transition",
    "empty_order",
    "missing_address",
    "item_not_found",
    "discount_not_found",
    "charge_not_found",
    "shipment_not_found",
    "return_not_found",
    "duplicate_discount",
    "discount_exceeds_total",
    "duplicate_reference",
    "overpayment",
    "refund_exceeds_paid",
    "shipment_exceeds_ordered",
    "cancel_exceeds_unshipped",
    "return_exceeds_delivered",
    "unknown_product",
    "product_delisted",
    "currency_mismatch",
    "quantity_limit",
    "insufficient_inventory",
    "stock_below_reserved",
}


class AnyShop(Settlers):
    """All rules, and what holds after each step. `made` counts what came of them, over all runs."""

    made: ClassVar[Counter[str]] = Counter()

    @initialize(stock=st.lists(st.integers(3, 30), min_size=len(SOLD), max_size=len(SOLD)))
    def open(self, stock: list[int]) -> None:
        for sku, on_hand in zip(SOLD, stock, strict=True):
            self.shop.put_product(sku, 250, EUR)
            self.shop.adjust_stock(sku, on_hand)
        self.shop.create(BASKET, EUR, ADDRESS)

    @invariant()
    def every_order_that_changed_is_lawful_and_the_fold_of_its_events(self) -> None:
        for order_id in self.shop.touched:
            order, events = self.shop.orders[order_id], self.shop.order_events[order_id]
            assert fold(events) == order
            assert order.version == len(events)
            assert_order_is_lawful(order)
        self.shop.touched.clear()

    @invariant()
    def every_product_is_the_fold_of_its_events(self) -> None:
        for sku, changes in self.shop.product_events.items():
            assert fold_product(changes) == self.shop.products[sku]
            assert self.shop.products[sku].version == len(changes)

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

    def teardown(self) -> None:
        self.made.update(self.shop.made)


def test_no_sequence_of_commands_leaves_a_state_that_the_rules_forbid() -> None:
    run_state_machine_as_test(AnyShop, settings=settings(max_examples=50, stateful_step_count=50, deadline=None))


def test_the_sequences_reach_every_event_and_every_refusal() -> None:
    """Within ten rounds, each with a seed of its own: derandomized, as under CI, all ten would play the same."""
    AnyShop.made.clear()
    missing = EVENTS | REFUSALS
    wide = settings(max_examples=80, stateful_step_count=40, database=None, derandomize=False)
    for number in range(10):
        run_state_machine_as_test(seed(number)(AnyShop), settings=wide)
        missing -= set(AnyShop.made)
        if not missing:
            break
    assert missing == set()
