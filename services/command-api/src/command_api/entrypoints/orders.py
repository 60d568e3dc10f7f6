"""The routes of orders."""

from typing import Final

from fastapi import APIRouter, Response

from command_api.application.commands.add_item import AddItem
from command_api.application.commands.cancel_item import CancelItem
from command_api.application.commands.cancel_order import CancelOrder
from command_api.application.commands.change_item_quantity import ChangeItemQuantity
from command_api.application.commands.confirm_order import ConfirmOrder
from command_api.application.commands.create_order import CreateOrder
from command_api.application.commands.deliver_shipment import DeliverShipment
from command_api.application.commands.discard_order import DiscardOrder
from command_api.application.commands.remove_item import RemoveItem
from command_api.application.commands.set_shipping_address import SetShippingAddress
from command_api.application.commands.ship_items import ShipItems
from command_api.entrypoints.answered import OrderAnswer, ShipmentAnswer
from command_api.entrypoints.call import Change, Creation
from command_api.entrypoints.documentation import ORDER_CHANGE, answers, order_answers
from command_api.entrypoints.parameters import OrderIdPath, ShipmentIdPath, SkuPath
from command_api.entrypoints.schemas import (
    AddressBody,
    CreateOrderBody,
    ItemBody,
    QuantityBody,
    ReasonBody,
    ShipmentBody,
    currency_or_none,
)
from command_api.entrypoints.schemas_of_orders import CancelItemBody
from command_api.entrypoints.strict_route import StrictRoute
from orders_domain.values import CustomerId, OrderId, ShipmentId, Sku

router = APIRouter(prefix="/orders", tags=["Orders"], route_class=StrictRoute)

_NEW_UNITS: Final = (
    "unknown_product",
    "product_delisted",
    "currency_mismatch",
    "quantity_limit",
    "insufficient_inventory",
)


@router.post(
    "",
    status_code=201,
    responses=answers(OrderAnswer, *_NEW_UNITS, done=(201,), location=True),
)
async def create_order(body: CreateOrderBody, call: Creation) -> Response:
    """Create a draft, with or without items."""
    command = CreateOrder(
        order_id=OrderId(call.ids.new()),
        customer_id=CustomerId(body.customer_id),
        currency=currency_or_none(body.currency),
        reference=body.reference,
        items=tuple(item.to_domain() for item in body.items),
        shipping_address=None if body.shipping_address is None else body.shipping_address.to_domain(),
    )
    return await call.create(command)


@router.post("/{order_id}/items", responses=order_answers(*_NEW_UNITS, "line_limit"))
async def add_item(order_id: OrderIdPath, body: ItemBody, call: Change) -> Response:
    """Add units; the same SKU is merged into its line."""
    return await call.change(AddItem(order_id=OrderId(order_id), sku=Sku(body.sku), quantity=body.quantity))


@router.put("/{order_id}/items/{sku}", responses=order_answers("item_not_found", "insufficient_inventory"))
async def change_item_quantity(order_id: OrderIdPath, sku: SkuPath, body: QuantityBody, call: Change) -> Response:
    """Set a line to a quantity."""
    return await call.change(ChangeItemQuantity(order_id=OrderId(order_id), sku=Sku(sku), quantity=body.quantity))


@router.delete("/{order_id}/items/{sku}", responses=order_answers("item_not_found"))
async def remove_item(order_id: OrderIdPath, sku: SkuPath, call: Change) -> Response:
    """Take a line off."""
    return await call.change(RemoveItem(order_id=OrderId(order_id), sku=Sku(sku)))


@router.put("/{order_id}/shipping-address", responses=order_answers())
async def set_shipping_address(order_id: OrderIdPath, body: AddressBody, call: Change) -> Response:
    """Say where it goes; possible until something is shipped."""
    return await call.change(SetShippingAddress(order_id=OrderId(order_id), address=body.to_domain()))


@router.post("/{order_id}/confirm", responses=order_answers("empty_order", "missing_address", "insufficient_inventory"))
async def confirm_order(order_id: OrderIdPath, call: Change) -> Response:
    """Make it binding: stock is reserved for all lines, or for none.

    A fraud check may hold it for a review instead, or reject it.
    """
    return await call.change(ConfirmOrder(order_id=OrderId(order_id)))


@router.post("/{order_id}/cancel", responses=order_answers())
async def cancel_order(order_id: OrderIdPath, body: ReasonBody, call: Change) -> Response:
    """Cancel an order that is confirmed or in review, before anything is shipped; its stock is released."""
    return await call.change(CancelOrder(order_id=OrderId(order_id), reason=body.reason))


@router.post("/{order_id}/items/{sku}/cancel", responses=order_answers("item_not_found", "cancel_exceeds_unshipped"))
async def cancel_item(order_id: OrderIdPath, sku: SkuPath, body: CancelItemBody, call: Change) -> Response:
    """Take units off a confirmed order that are not shipped; they are released."""
    command = CancelItem(order_id=OrderId(order_id), sku=Sku(sku), quantity=body.quantity, reason=body.reason)
    return await call.change(command)


@router.delete("/{order_id}", responses=order_answers())
async def discard_order(order_id: OrderIdPath, call: Change) -> Response:
    """Give up a draft."""
    return await call.change(DiscardOrder(order_id=OrderId(order_id)))


@router.post(
    "/{order_id}/shipments",
    status_code=201,
    responses=answers(
        ShipmentAnswer, *ORDER_CHANGE, "part_limit", "item_not_found", "shipment_exceeds_ordered", done=(201,)
    ),
)
async def ship_items(order_id: OrderIdPath, body: ShipmentBody, call: Change) -> Response:
    """Send a parcel; its units leave the stock."""
    command = ShipItems(
        order_id=OrderId(order_id),
        shipment_id=ShipmentId(call.ids.new()),
        items=tuple(item.to_domain() for item in body.items),
        carrier=body.carrier,
        tracking=body.tracking,
    )
    return await call.change(command, made="shipment_id")


@router.post("/{order_id}/shipments/{shipment_id}/deliver", responses=order_answers("shipment_not_found"))
async def deliver_shipment(order_id: OrderIdPath, shipment_id: ShipmentIdPath, call: Change) -> Response:
    """Note that a parcel arrived; the last one completes the order."""
    return await call.change(DeliverShipment(order_id=OrderId(order_id), shipment_id=ShipmentId(shipment_id)))
