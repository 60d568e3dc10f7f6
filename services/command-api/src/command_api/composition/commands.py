"""Every command that there is, and who handles it."""

from command_api.adapters.in_house import IN_HOUSE
from command_api.application.add_item import AddItem, add_item
from command_api.application.add_note import AddNote, add_note
from command_api.application.adjust_stock import AdjustStock, adjust_stock
from command_api.application.apply_discount import ApplyDiscount, apply_discount
from command_api.application.approve_review import ApproveReview, approve_review
from command_api.application.bus import CommandBus, Middleware
from command_api.application.cancel_item import CancelItem, CancelItemHandler
from command_api.application.cancel_order import CancelOrder, CancelOrderHandler
from command_api.application.change_item_quantity import ChangeItemQuantity, change_item_quantity
from command_api.application.confirm_order import ConfirmOrder, ConfirmOrderHandler
from command_api.application.create_order import CreateOrder, CreateOrderHandler
from command_api.application.decline_review import DeclineReview, DeclineReviewHandler
from command_api.application.delist_product import DelistProduct, delist_product
from command_api.application.deliver_shipment import DeliverShipment, deliver_shipment
from command_api.application.discard_order import DiscardOrder, discard_order
from command_api.application.expire_order import ExpireOrder, expire_order
from command_api.application.list_product import ListProduct, list_product
from command_api.application.outside import Outside
from command_api.application.ports import BeginUnitOfWork
from command_api.application.receive_return import ReceiveReturn, ReceiveReturnHandler
from command_api.application.record_payment import RecordPayment, record_payment
from command_api.application.record_refund import RecordRefund, record_refund
from command_api.application.reject_return import RejectReturn, reject_return
from command_api.application.remove_charge import RemoveCharge, remove_charge
from command_api.application.remove_discount import RemoveDiscount, remove_discount
from command_api.application.remove_item import RemoveItem, remove_item
from command_api.application.request_return import RequestReturn, request_return
from command_api.application.set_charge import SetCharge, set_charge
from command_api.application.set_shipping_address import SetShippingAddress, set_shipping_address
from command_api.application.ship_items import ShipItems, ShipItemsHandler
from orders_domain.values import Currency


def command_bus(
    begin: BeginUnitOfWork, default_currency: Currency, *middlewares: Middleware, outside: Outside = IN_HOUSE
) -> CommandBus:
    """Every command and who handles it."""
    bus = CommandBus(begin, middlewares)
    bus.register(CreateOrder, CreateOrderHandler(default_currency))
    bus.register(AddItem, add_item)
    bus.register(ChangeItemQuantity, change_item_quantity)
    bus.register(RemoveItem, remove_item)
    bus.register(SetShippingAddress, set_shipping_address)
    bus.register(ConfirmOrder, ConfirmOrderHandler(outside.fraud_check, outside.inventory))
    bus.register(CancelOrder, CancelOrderHandler(outside.inventory))
    bus.register(DiscardOrder, discard_order)
    bus.register(ShipItems, ShipItemsHandler(outside.inventory))
    bus.register(DeliverShipment, deliver_shipment)
    bus.register(ApplyDiscount, apply_discount)
    bus.register(RemoveDiscount, remove_discount)
    bus.register(SetCharge, set_charge)
    bus.register(RemoveCharge, remove_charge)
    bus.register(ApproveReview, approve_review)
    bus.register(DeclineReview, DeclineReviewHandler(outside.inventory))
    bus.register(CancelItem, CancelItemHandler(outside.inventory))
    bus.register(RecordPayment, record_payment)
    bus.register(RecordRefund, record_refund)
    bus.register(RequestReturn, request_return)
    bus.register(ReceiveReturn, ReceiveReturnHandler(outside.inventory))
    bus.register(RejectReturn, reject_return)
    bus.register(AddNote, add_note)
    bus.register(ExpireOrder, expire_order)
    bus.register(ListProduct, list_product)
    bus.register(DelistProduct, delist_product)
    bus.register(AdjustStock, adjust_stock)
    return bus
