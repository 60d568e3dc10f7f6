"""Orders and products of no test in particular, each with ids that nobody else uses."""

from itertools import count
from typing import Final
from uuid import UUID, uuid4

from command_api.application.context import Context
from command_api.application.ports import BeginUnitOfWork, UnitOfWork
from orders_domain import stock
from orders_domain.events import OrderEvent
from orders_domain.order import Order
from orders_domain.product import Product
from orders_domain.values import Currency, CustomerId, ItemQuantity, OrderId, ShippingAddress, Sku

EUR: Final = Currency("EUR")
CUSTOMER: Final = CustomerId(UUID(int=2))
CONTEXT: Final = Context(correlation_id="test")
ADDRESS: Final = ShippingAddress(
    recipient="Ada Byron",
    line1="12 St James's Square",
    line2=None,
    city="London",
    region=None,
    postal_code="SW1Y 4JH",
    country="GB",
)
_numbers: Final = count(1)


def insisting(version: int) -> Context:
    """The context of a caller who insists on a version."""
    return Context(correlation_id="test", expected_version=version)


def new_sku() -> Sku:
    """One that no product has."""
    return Sku(f"SKU-{next(_numbers)}-{uuid4().hex[:6]}")


def new_order_id() -> OrderId:
    """One that no order has."""
    return OrderId(uuid4())


async def stocked(begin: BeginUnitOfWork, on_hand: int, sku: Sku | None = None) -> Sku:
    """List a product of 250 cents with so many units on hand: version 2, or 1 without stock."""
    sku = sku or new_sku()
    async with begin(CONTEXT) as uow:
        known = await uow.lock_product_or_none(sku)
        uow.save(known, Product.list_new(sku=sku, name="Cup", unit_price_cents=250, currency=EUR))
        await uow.commit()
    if on_hand:
        async with begin(CONTEXT) as uow:
            product = await uow.lock_product(sku)
            uow.save(product, product.adjust_stock(on_hand, "delivery"))
            await uow.commit()
    return sku


def creation(
    order_id: OrderId, *products: Product, quantity: int = 1, address: ShippingAddress | None = ADDRESS
) -> tuple[OrderEvent, ...]:
    """The event of a draft with so many units of each product."""
    return Order.create(
        order_id=order_id,
        customer_id=CUSTOMER,
        currency=EUR,
        default_currency=EUR,
        items=[ItemQuantity(product.sku, quantity) for product in products],
        products={product.sku: product for product in products},
        reference=None,
        shipping_address=address,
    )


async def drafted(begin: BeginUnitOfWork, *skus: Sku, quantity: int = 1) -> Order:
    """Create a draft with so many units of each SKU: version 1."""
    async with begin(CONTEXT) as uow:
        products = await uow.products(skus)
        order = uow.save(None, creation(new_order_id(), *(products[sku] for sku in skus), quantity=quantity))
        await uow.commit()
    return order


async def order_of(begin: BeginUnitOfWork, order_id: OrderId) -> Order:
    """The order as it is stored."""
    async with begin(CONTEXT) as uow:
        return await uow.order(order_id)


async def product_of(begin: BeginUnitOfWork, sku: Sku) -> Product:
    """The product as it is stored."""
    async with begin(CONTEXT) as uow:
        return (await uow.products([sku]))[sku]


async def confirmed(begin: BeginUnitOfWork, order_id: OrderId) -> None:
    """Confirm the order, with its stock."""
    async with begin(CONTEXT) as uow:
        order = await uow.order(order_id)
        events = order.confirm()
        await _hold_stock(uow, order_id, dict(order.unshipped()))
        uow.save(order, events)
        await uow.commit()


async def _hold_stock(uow: UnitOfWork, order_id: OrderId, wanted: dict[Sku, int]) -> None:
    products = await uow.lock_products(wanted)
    for sku, events in stock.reserve(products, order_id, wanted).items():
        uow.save(products[sku], events)
