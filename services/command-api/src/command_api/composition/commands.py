"""Every command that there is, and who handles it."""

from command_api.adapters.in_house import IN_HOUSE
from command_api.application.bus import CommandBus, Middleware
from command_api.application.commands.add_item import AddItem, add_item
from command_api.application.commands.add_note import AddNote, add_note
from command_api.application.commands.adjust_stock import AdjustStock, adjust_stock
from command_api.application.commands.apply_discount import ApplyDiscount, apply_discount
from command_api.application.commands.approve_review import ApproveReview, approve_review
from command_api.application.commands.cancel_item import CancelItem, CancelItemHandler
from command_api.application.commands.cancel_order import CancelOrder, CancelOrderHandler
from command_api.application.commands.change_item_quantity import ChangeItemQuantity, change_item_quantity
from command_api.application.commands.confirm_order import ConfirmOrder, ConfirmOrderHandler
from command_api.application.commands.create_order import CreateOrder, CreateOrderHandler
from command_api.application.commands.decline_review import DeclineReview, DeclineReviewHandler
from command_api.application.commands.delist_product import DelistProduct, delist_product
from command_api.application.commands.deliver_shipment import DeliverShipment, deliver_shipment
from command_api.application.commands.discard_order import DiscardOrder, discard_order
from command_api.application.commands.expire_order import ExpireOrder, expire_order
from command_api.application.commands.list_product import ListProduct, list_product
from command_api.application.commands.receive_return import ReceiveReturn, ReceiveReturnHandler
from command_api.application.commands.record_payment import RecordPayment, record_payment
from command_api.application.commands.record_refund import RecordRefund, record_refund
from command_api.application.commands.reject_return import RejectReturn, reject_return
from command_api.application.commands.remove_charge import RemoveCharge, remove_charge
from command_api.application.commands.remove_discount import RemoveDiscount, remove_discount
from command_api.application.commands.remove_item import RemoveItem, remove_item
from command_api.application.commands.request_return import RequestReturn, request_return
from command_api.application.commands.set_charge import SetCharge, set_charge
from command_api.application.commands.set_shipping_address import SetShippingAddress, set_shipping_address
from command_api.application.commands.ship_items import ShipItems, ShipItemsHandler
from command_api.application.outside import Outside
from command_api.application.ports import BeginUnitOfWork
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
