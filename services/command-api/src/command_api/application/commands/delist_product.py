"""End the sale of a product: no new lines, while orders that have it go on."""

from dataclasses import dataclass

from command_api.application.outcome import Outcome, of_product
from command_api.application.ports import UnitOfWork
from orders_domain.values import Sku


@dataclass(frozen=True, slots=True, kw_only=True)
class DelistProduct:
    sku: Sku


async def delist_product(command: DelistProduct, uow: UnitOfWork) -> Outcome:
    product = await uow.lock_product(command.sku)
    product = uow.save(product, product.delist())
    await uow.commit()
    return of_product(product)
