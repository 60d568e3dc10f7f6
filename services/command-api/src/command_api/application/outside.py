"""What the use cases need of systems that may belong to others: whether an order is to be trusted, and its units."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from command_api.application.ports import UnitOfWork
from orders_domain.order import Order
from orders_domain.values import FraudVerdict, Sku


class FraudCheck(Protocol):
    """Judges an order before it is confirmed. Asked while no transaction is open."""

    async def assess(self, order: Order) -> FraudVerdict:
        """The verdict on this version of the order; the next version has to be assessed anew.

        Raises FraudCheckUnavailable.
        """
        ...


class Inventory(Protocol):
    """Holds units for orders, wherever they lie. `units` are numbers of units by SKU.

    Each method is called with the unit of work that saves the order, and with the order as it was loaded. What follows
    from a method counts only once that unit of work has been committed.
    """

    async def reserve(self, uow: UnitOfWork, order: Order, units: Mapping[Sku, int]) -> None:
        """Hold units, all of them or none. They are let go again unless the unit of work is committed.

        Raises InsufficientInventory that names every SKU in want, InventoryUnavailable.
        """
        ...

    async def release(self, uow: UnitOfWork, order: Order, units: Mapping[Sku, int]) -> None:
        """Let go of units that the order holds."""
        ...

    async def ship(self, uow: UnitOfWork, order: Order, units: Mapping[Sku, int]) -> None:
        """Units that the order holds leave the house."""
        ...

    async def take_back(self, uow: UnitOfWork, order: Order, units: Mapping[Sku, int]) -> None:
        """Units that had been delivered are there again, and may be sold."""
        ...


class Outside(NamedTuple):
    """Who is asked beside the write database."""

    fraud_check: FraudCheck
    inventory: Inventory
