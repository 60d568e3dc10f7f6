"""Send a parcel: its units leave the stock in the same transaction."""

from dataclasses import dataclass

from command_api.application.outcome import Outcome, of_order
from command_api.application.ports import UnitOfWork
from orders_domain import stock
from orders_domain.lines import merge_items
from orders_domain.values import ItemQuantity, OrderId, ShipmentId


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipItems:
    """`shipment_id` is new."""

    order_id: OrderId
    shipment_id: ShipmentId
    items: tuple[ItemQuantity, ...]
    carrier: str | None
    tracking: str | None


async def ship_items(command: ShipItems, uow: UnitOfWork) -> Outcome:
    order = await uow.order(command.order_id)
    events = order.ship(command.shipment_id, command.items, command.carrier, command.tracking)
    leaving = merge_items(command.items)
    products = await uow.lock_products(leaving)
    for sku, taken in stock.take_off_hand(products, order.order_id, leaving).items():
        uow.save(products[sku], taken)
    order = uow.save(order, events)
    await uow.commit()
    return of_order(order, created=command.shipment_id)
