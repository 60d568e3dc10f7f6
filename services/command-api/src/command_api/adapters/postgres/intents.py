"""What an inventory elsewhere is to do for orders, as it is stored: nothing of it is forgotten by a crash."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

import msgspec

from command_api.adapters.postgres.intent_statements import CLAIM, DONE, GIVE_UP, OPEN
from command_api.adapters.postgres.inventory_moves import given
from command_api.adapters.postgres.pool import Database
from orders_domain.order import Order
from orders_domain.values import Sku

_units: Final = msgspec.json.Decoder(dict[Sku, int])


Step = Literal["reserve", "undo", "release", "ship", "take_back"]
"""`undo` is for a `reserve` whose order was not saved."""


@dataclass(frozen=True, slots=True)
class Intent:
    """Something to be done outside, for an order as it was in this version."""

    intent_id: int
    order_id: UUID
    version: int
    move: Step
    units: Mapping[Sku, int]


class PostgresIntents:
    """Each method is a transaction of its own. All raise Unavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, order: Order, units: Mapping[Sku, int], seconds: float) -> int:
        """Note that units are asked for, before they are; unless it is kept within `seconds`, it will be undone.

        Answers its number, which is the present one where this version of the order has one that is open.
        """
        parameters = given(order.order_id, order.version, units)
        ((intent_id,),) = await self._database.fetch(OPEN, {**parameters, "seconds": seconds})
        return int(intent_id)

    async def give_up(self, intent_id: int) -> bool:
        """Let it be undone, unless it is kept. Waits for a transaction that is about to keep it."""
        return bool(await self._database.fetch(GIVE_UP, {"intent_id": intent_id}))

    async def claim(self, most: int, seconds: float, longest: float) -> list[Intent]:
        """What is to be done now. It comes again after `seconds`, and ever more rarely, until it is `done`."""
        rows = await self._database.fetch(CLAIM, {"most": most, "seconds": seconds, "longest": longest})
        return [
            Intent(intent_id, order_id, version, move, _units.decode(units))
            for intent_id, order_id, version, move, units in rows
        ]

    async def done(self, intent_id: int) -> None:
        """Forget it."""
        await self._database.fetch(DONE, {"intent_id": intent_id})
