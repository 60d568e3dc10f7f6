"""An inventory that somebody keeps elsewhere, asked over HTTP. docs/outside-systems.md has its contract."""

from collections.abc import Mapping
from functools import partial
from typing import Final

import structlog

from command_api.adapters.http.circuit import NoAnswer
from command_api.adapters.http.inventory_call import InventoryCall
from command_api.adapters.postgres.intents import Intent, PostgresIntents
from command_api.application.errors import InventoryUnavailable, Unavailable
from command_api.application.ports import Move, StockMove, UnitOfWork
from orders_domain.errors import InsufficientInventory
from orders_domain.order import Order
from orders_domain.values import Sku

HOLD_SECONDS: Final = 60.0
"""How long a command may take to save what it has reserved: many times as long as any does."""
_log: Final = structlog.stdlib.get_logger()


class HttpInventory:
    """See the port.

    A reservation is listed before it is asked for, and taken off the list by the transaction that saves the order.
    Whatever happens in between, what stays on the list is undone: at once where that is known, else by the sweep. Other
    moves are listed in that transaction, and told afterwards.
    """

    def __init__(self, call: InventoryCall, intents: PostgresIntents, *, hold_seconds: float = HOLD_SECONDS) -> None:
        """`hold_seconds`: how long after it was asked for a reservation that nobody has saved is taken for lost."""
        self._call = call
        self._intents = intents
        self._hold = hold_seconds

    async def reserve(self, uow: UnitOfWork, order: Order, units: Mapping[Sku, int]) -> None:
        """See the port."""
        intent_id = await self._intents.open(order, units, self._hold)
        uow.keep(intent_id, otherwise=partial(self._give_up, intent_id))
        try:
            shortages = await self._call(Intent(intent_id, order.order_id, order.version, "reserve", units))
        except NoAnswer as error:
            raise InventoryUnavailable("The inventory does not answer.") from error
        if shortages:
            raise InsufficientInventory(shortages)

    async def release(self, uow: UnitOfWork, order: Order, units: Mapping[Sku, int]) -> None:
        """See the port."""
        uow.tell_inventory(_move(Move.RELEASE, order, units))

    async def ship(self, uow: UnitOfWork, order: Order, units: Mapping[Sku, int]) -> None:
        """See the port."""
        uow.tell_inventory(_move(Move.SHIP, order, units))

    async def take_back(self, uow: UnitOfWork, order: Order, units: Mapping[Sku, int]) -> None:
        """See the port."""
        uow.tell_inventory(_move(Move.TAKE_BACK, order, units))

    async def _give_up(self, intent_id: int) -> None:
        try:
            await self._intents.give_up(intent_id)
        except Unavailable:
            _log.warning("reservation left to the sweep", intent=intent_id)


def _move(move: Move, order: Order, units: Mapping[Sku, int]) -> StockMove:
    return StockMove(move=move, order_id=order.order_id, version=order.version, units=units)
