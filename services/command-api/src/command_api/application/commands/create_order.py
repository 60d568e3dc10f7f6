"""Create an order: a draft, with or without items."""

from dataclasses import dataclass

from command_api.application.outcome import Outcome, of_order
from command_api.application.ports import UnitOfWork
from orders_domain.order import Order
from orders_domain.values import Currency, CustomerId, ItemQuantity, OrderId, ShippingAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateOrder:
    """`order_id` is new. Without `currency` it is that of the first item, or else the house's."""

    order_id: OrderId
    customer_id: CustomerId
    currency: Currency | None
    reference: str | None
    items: tuple[ItemQuantity, ...]
    shipping_address: ShippingAddress | None


class CreateOrderHandler:
    def __init__(self, default_currency: Currency) -> None:
        self._default_currency = default_currency

    async def __call__(self, command: CreateOrder, uow: UnitOfWork) -> Outcome:
        products = await uow.products({item.sku for item in command.items}) if command.items else {}
        events = Order.create(
            order_id=command.order_id,
            customer_id=command.customer_id,
            currency=command.currency,
            default_currency=self._default_currency,
            items=command.items,
            products=products,
            reference=command.reference,
            shipping_address=command.shipping_address,
        )
        order = uow.save(None, events)
        await uow.commit()
        return of_order(order, is_new=True)
