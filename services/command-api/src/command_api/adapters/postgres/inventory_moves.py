"""The part that an inventory elsewhere has in a unit of work."""

from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Any, Self

import msgspec

from command_api.adapters.postgres.intent_statements import KEEP, TELL
from command_api.adapters.postgres.pool import Connection, fetch
from command_api.adapters.postgres.raw_json import RawJson
from command_api.application.errors import VersionConflict
from command_api.application.ports import StockMove
from orders_domain.values import OrderId, Sku


class InventoryMoves:
    """Reservations to be kept and moves to be told. Around the transaction, so that it outlives that one's end."""

    def __init__(self) -> None:
        self._kept: list[tuple[int, Callable[[], Awaitable[None]]]] = []
        self._told: list[StockMove] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Give back what was reserved for nothing. Nothing is waited for where the process itself is to end."""
        if isinstance(error, Exception):
            for _, otherwise in self._kept:
                await otherwise()

    @property
    def reserves(self) -> bool:
        """Whether units have been reserved elsewhere."""
        return bool(self._kept)

    def keep(self, reservation: int, otherwise: Callable[[], Awaitable[None]]) -> None:
        """See the port."""
        self._kept.append((reservation, otherwise))

    def tell(self, move: StockMove) -> None:
        """See the port."""
        self._told.append(move)

    def __bool__(self) -> bool:
        """Whether there is anything to be written."""
        return bool(self._kept or self._told)

    async def write(self, connection: Connection) -> None:
        """Within an open transaction. Raises VersionConflict where a reservation has been given up meanwhile."""
        for reservation, _ in self._kept:
            if not await fetch(connection, KEEP, {"intent_id": reservation}):
                raise VersionConflict
        for move in self._told:
            parameters = given(move.order_id, move.version, move.units)
            await fetch(connection, TELL, {**parameters, "given_move": move.move.value})


def given(order_id: OrderId, version: int, units: Mapping[Sku, int]) -> dict[str, Any]:
    """What an intent is about, as the statements take it."""
    encoded = RawJson(msgspec.json.encode(units))
    return {"given_order_id": order_id, "given_version": version, "given_units": encoded}
