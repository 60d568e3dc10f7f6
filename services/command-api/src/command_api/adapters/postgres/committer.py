"""Commits of concurrent commands, written together: one statement, one transaction, one flush to disk."""

from collections.abc import Sequence

from command_api.adapters.postgres.coalescing import Coalescer
from command_api.adapters.postgres.order_writes import Ending, OrderWrite, write_alone, write_orders
from command_api.adapters.postgres.pool import Database
from command_api.application.errors import Unavailable, VersionConflict


class Committer:
    """Takes writes that touch one order each at most, and no product."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._submit = Coalescer(self._write_together, lanes=1, most=64)
        self._end = Coalescer(self._write_together, lanes=1, most=64)

    async def __call__(self, write: OrderWrite) -> None:
        """Returns when the write is durable.

        Raises VersionConflict, KeyTaken, EndedBefore, Unavailable, or Postgres' word on it.
        """
        await (self._end if isinstance(write.closing, Ending) else self._submit)(write)

    async def _write_together(self, batch: Sequence[OrderWrite]) -> Sequence[Exception | None]:
        late = _late(batch)
        first = [write for write, end in zip(batch, late, strict=True) if end is None]
        try:
            ends = iter(await write_orders(self._database.fetch, first))
        except Unavailable:
            raise
        except Exception:  # noqa: BLE001 - whose it is shows when each goes alone
            return [await self._write_alone(write) for write in batch]
        return [next(ends) if end is None else end for end in late]

    async def _write_alone(self, write: OrderWrite) -> Exception | None:
        """One bad write keeps the whole statement from running; its neighbours shall not suffer for it."""
        try:
            return await write_alone(self._database.fetch, write)
        except Exception as error:  # noqa: BLE001 - it is raised again, to whom it belongs
            return error


def _late(batch: Sequence[OrderWrite]) -> list[Exception | None]:
    """Why a write does not go along, if so. Of those with one key only the first does: it will have the answer.

    So it is with those of one order: the others' version is a thing of the past; and with those that end one command.
    """
    claims: set[object] = set()
    orders: set[object] = set()
    late: list[Exception | None] = []
    for write in batch:
        if write.claim in claims:
            late.append(write.refused())
        elif write.order is not None and write.order.key in orders:
            late.append(VersionConflict())
        else:
            late.append(None)
            claims.update(() if write.claim is None else (write.claim,))
            orders.update(() if write.order is None else (write.order.key,))
    return late
