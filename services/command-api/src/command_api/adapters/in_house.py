"""What answers where no outside system is set: nobody doubts an order, and its units lie in the write database."""

from collections.abc import Callable, Mapping
from typing import Final

from command_api.application.outside import Outside
from command_api.application.ports import UnitOfWork
from orders_domain import stock
from orders_domain.order import Order
from orders_domain.product import Product
from orders_domain.values import FraudVerdict, OrderId, Sku


class ApproveAll:
    """A fraud check that trusts everyone."""

    async def assess(self, _order: Order) -> FraudVerdict:
        """Approved."""
        return FraudVerdict.APPROVE


class OwnStock:
    """See the port. Products are locked, decided on and written in the transaction of the order itself."""

    async def reserve(self, uow: UnitOfWork, order: Order, units: Mapping[Sku, int]) -> None:
        """Nothing will have to be let go: what is not committed has never been."""
        await _move(stock.reserve, uow, order, units)

    async def release(self, uow: UnitOfWork, order: Order, units: Mapping[Sku, int]) -> None:
        """The units are available again."""
        await _move(stock.release, uow, order, units)

    async def ship(self, uow: UnitOfWork, order: Order, units: Mapping[Sku, int]) -> None:
        """The units are neither on hand nor reserved any more."""
        await _move(stock.take_off_hand, uow, order, units)

    async def take_back(self, uow: UnitOfWork, order: Order, units: Mapping[Sku, int]) -> None:
        """The units are on hand again."""
        await _move(stock.put_back, uow, order, units)


IN_HOUSE: Final = Outside(ApproveAll(), OwnStock())
"""Nobody else is asked."""

_Decision = Callable[[Mapping[Sku, Product], OrderId, Mapping[Sku, int]], stock.StockEvents]


async def _move(decide: _Decision, uow: UnitOfWork, order: Order, units: Mapping[Sku, int]) -> None:
    products = await uow.lock_products(units)
    for sku, events in decide(products, order.order_id, units).items():
        uow.save(products[sku], events)
