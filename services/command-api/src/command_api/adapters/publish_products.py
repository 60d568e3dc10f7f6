"""From a product's events to the published ones."""

from typing import assert_never

from command_api.adapters.published_parts import product_facts
from orders_contracts import products
from orders_contracts.registry import EventData
from orders_domain import events as domain


def publish_product_event(event: domain.ProductEvent) -> EventData:  # noqa: PLR0911 - an arm per event
    """The published form of what happened to a product."""
    after = product_facts(event)
    match event:
        case domain.ProductListed():
            return products.ProductListed(**after)
        case domain.ProductChanged():
            return products.ProductChanged(**after)
        case domain.ProductDelisted():
            return products.ProductDelisted(**after)
        case domain.StockAdjusted():
            return products.StockAdjusted(**after, delta=event.delta, reason=event.reason)
        case domain.StockReserved():
            return products.StockReserved(**after, order_id=event.order_id, quantity=event.quantity)
        case domain.StockReleased():
            return products.StockReleased(**after, order_id=event.order_id, quantity=event.quantity)
        case domain.StockShipped():
            return products.StockShipped(**after, order_id=event.order_id, quantity=event.quantity)
        case domain.StockReturned():
            return products.StockReturned(**after, order_id=event.order_id, quantity=event.quantity)
        case _:
            assert_never(event)
