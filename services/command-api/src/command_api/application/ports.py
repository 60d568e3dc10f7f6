"""What the use cases need of the world, named for its role."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, overload
from uuid import UUID

from command_api.application.context import Context
from command_api.application.idempotency import StoredAnswer
from command_api.application.later import Ended, StoredCommand
from orders_domain.events import OrderEvent, ProductEvent
from orders_domain.order import Order
from orders_domain.product import Product
from orders_domain.values import OrderId, Sku


class Move(StrEnum):
    """What becomes of units."""

    RELEASE = "release"
    SHIP = "ship"
    TAKE_BACK = "take_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class StockMove:
    """Units of an order that move in an inventory elsewhere. `version` is that of the order when it was decided."""

    move: Move
    order_id: OrderId
    version: int
    units: Mapping[Sku, int]


class UnitOfWork(Protocol):
    """The writes that one command intends. Nothing is written before `commit`, and then all or nothing."""

    async def order(self, order_id: OrderId) -> Order:
        """Load an order. Raises OrderNotFound, and StaleVersion where the caller insists on another version."""
        ...

    async def products(self, skus: Collection[Sku]) -> Mapping[Sku, Product]:
        """Load products as they are this instant, unlocked; those that do not exist are left out."""
        ...

    async def order_and_products(self, order_id: OrderId, skus: Collection[Sku]) -> tuple[Order, Mapping[Sku, Product]]:
        """Both of the above in one look-up."""
        ...

    async def lock_products(self, skus: Collection[Sku]) -> Mapping[Sku, Product]:
        """Load products and hold them, in the order of their SKUs, until the unit of work ends."""
        ...

    async def lock_product(self, sku: Sku) -> Product:
        """Load and hold the product that the command is about. Raises ProductNotFound, and StaleVersion as above."""
        ...

    async def lock_product_or_none(self, sku: Sku) -> Product | None:
        """The same for a command that may make the product: where there is none, every version is stale."""
        ...

    @overload
    def save(self, aggregate: Order | None, events: Sequence[OrderEvent]) -> Order: ...
    @overload
    def save(self, aggregate: Product | None, events: Sequence[ProductEvent]) -> Product: ...
    def save(
        self, aggregate: Order | Product | None, events: Sequence[OrderEvent] | Sequence[ProductEvent]
    ) -> Order | Product:
        """Note the events and the state that they lead to, and answer that state. Without events nothing is noted.

        `aggregate` is the state that was loaded, None for a new one.
        """
        ...

    def keep(self, reservation: int, otherwise: Callable[[], Awaitable[None]]) -> None:
        """Let the units be the order's that an inventory elsewhere holds under this number, once this is committed.

        Then VersionConflict is raised where they have been given up meanwhile. `otherwise` is awaited when the unit of
        work ends by an exception, with nothing locked any more.
        """
        ...

    def tell_inventory(self, move: StockMove) -> None:
        """Note what an inventory elsewhere is to be told: stored with what was saved, told after the commit."""
        ...

    def accept(self, stored: StoredCommand) -> None:
        """Note a command that is to be run later."""
        ...

    async def commit(self) -> None:
        """Write all that was saved, states and events together. Raises VersionConflict, Unavailable.

        Where the context has a closing (an answer that is kept, the end of an accepted command), nothing is written
        before that is known: this only agrees to it, and `commit_with` does it as soon as the handler has returned.
        """
        ...

    async def commit_with(self, closing: StoredAnswer | Ended) -> None:
        """Write what was committed, if anything, together with its closing. Raises what `commit` does.

        Raises KeyTaken, with nothing written, where the key has an answer, or is about to get one from somebody else;
        and EndedBefore where the accepted command has ended, or is just being ended or begun by somebody else.
        """
        ...

    async def answered(self, scope: bytes) -> StoredAnswer | None:
        """What was answered under a key, None where nothing was yet. Raises Unavailable."""
        ...


BeginUnitOfWork = Callable[[Context], AbstractAsyncContextManager[UnitOfWork]]
"""Leaving the context without a commit leaves nothing behind.

A refusal that leaves it after products were locked becomes a VersionConflict where the order has been written since it
was loaded: what was refused is a state that is gone.
"""


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """This moment, aware, in UTC."""
        ...


class Ids(Protocol):
    """Makes identifiers."""

    def new(self) -> UUID:
        """A UUID of version 7 (RFC 9562): later ones sort after earlier ones."""
        ...
