"""Goods came in, or were counted, broken, lost."""

from dataclasses import dataclass

from command_api.application.outcome import Outcome, of_product
from command_api.application.ports import UnitOfWork
from orders_domain.values import Sku


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustStock:
    """`delta` is in units, and signed."""

    sku: Sku
    delta: int
    reason: str


async def adjust_stock(command: AdjustStock, uow: UnitOfWork) -> Outcome:
    product = await uow.lock_product(command.sku)
    product = uow.save(product, product.adjust_stock(command.delta, command.reason))
    await uow.commit()
    return of_product(product)
