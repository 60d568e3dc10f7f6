"""An order: everything that can be done with one."""

from dataclasses import dataclass

from orders_domain import discounting, drafting, fulfilment, paying, returning, reviewing, settling
from orders_domain.order_state import OrderState


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(OrderState):
    """A customer's order. Each decision answers with the events that follow, none if nothing changes, or raises.

    The rules stand in the modules named here; a decision changes nothing itself, `evolve` does.
    """

    create = staticmethod(drafting.create)
    add_item = drafting.add_item
    change_item_quantity = drafting.change_item_quantity
    remove_item = drafting.remove_item
    set_shipping_address = drafting.set_shipping_address

    apply_discount = discounting.apply_discount
    remove_discount = discounting.remove_discount
    set_charge = discounting.set_charge
    remove_charge = discounting.remove_charge

    confirm = settling.confirm
    cancel = settling.cancel
    discard = settling.discard
    expire = settling.expire

    approve_review = reviewing.approve_review
    decline_review = reviewing.decline_review
    add_note = reviewing.add_note

    ship = fulfilment.ship
    deliver = fulfilment.deliver
    cancel_item = fulfilment.cancel_item

    request_return = returning.request_return
    receive_return = returning.receive_return
    reject_return = returning.reject_return

    record_payment = paying.record_payment
    record_refund = paying.record_refund
