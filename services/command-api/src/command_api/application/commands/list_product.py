"""List a product, or change the name and price of one that is listed already."""

from dataclasses import dataclass

from command_api.application.outcome import Outcome, of_product
from command_api.application.ports import UnitOfWork
from orders_domain.product import Product
from orders_domain.values import Currency, Sku


@dataclass(frozen=True, slots=True, kw_only=True)
class ListProduct:
    """The price is in minor units of `currency`."""

    sku: Sku
    name: str
    unit_price_cents: int
    currency: Currency


async def list_product(command: ListProduct, uow: UnitOfWork) -> Outcome:
    known = await uow.lock_product_or_none(command.sku)
    if known is None:
        events = Product.list_new(
            sku=command.sku,
            name=command.name,
            unit_price_cents=command.unit_price_cents,
            currency=command.currency,
        )
    else:
        events = known.change(command.name, command.unit_price_cents, command.currency)
    product = uow.save(known, events)
    await uow.commit()
    return of_product(product, is_new=known is None)
