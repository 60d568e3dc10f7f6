"""The projector's read database in memory: read models, checkpoints, and what is parked."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from typing import Any, TypeVar

from orders_contracts.heads import Heads
from orders_contracts.streams import NO_EVENT
from projector.application.log import Aggregate, Checkpoint, Move, Parked, ParkedEvent, Stored
from projector.application.parking_ports import Choice, Settling
from projector.application.ports import Refused, Unavailable
from projector.application.projections.fold import Writes
from projector.application.projections.order_document import read_order_view
from projector.application.projections.order_history import ORDER_HISTORY
from projector.application.projections.order_view import ORDER_VIEW, order_key
from projector.application.projections.read_model import ReadModel, merged

R = TypeVar("R", bound=tuple[Any, ...])
PARKED_AT = "2026-11-22T09:00:00.000000Z"


class InMemoryReadStore:
    """Read models in dictionaries, changed in one go. It is the ReadStore and the ParkingLot."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._epoch = 0
        self._checkpoints: dict[int, Checkpoint] = {}
        self._tables: defaultdict[ReadModel[Any], dict[Any, Any]] = defaultdict(dict)
        self.parked_event: dict[tuple[int, int], ParkedEvent] = {}
        self.applied: Counter[tuple[bytes, int]] = Counter()
        self.notified: list[tuple[str, str, int]] = []
        self.heads: tuple[Heads, str | None] | None = None
        self.down = ""
        self.down_after_commit = ""
        self.refuses: Callable[[Writes], bool] = lambda _: False
        self.transactions = 0

    async def checkpoints(self) -> Stored | None:
        """See ReadStore."""
        await self._answer()
        return self._stored() if self._checkpoints else None

    async def open(self, epoch: int, partitions: int) -> Stored:
        """See ReadStore."""
        await self._answer()
        self._epoch = self._epoch or epoch
        for partition in range(partitions):
            self._checkpoints.setdefault(partition, Checkpoint(0, NO_EVENT))
        return self._stored()

    async def restart(self, epoch: int, partitions: int) -> Stored:
        """See ReadStore."""
        await self._answer()
        if self._epoch < epoch:
            self._epoch, self.heads = epoch, None
            self._checkpoints = dict.fromkeys(range(partitions), Checkpoint(0, NO_EVENT))
            self._tables.clear()
            self.parked_event.clear()
        return self._stored()

    async def apply(
        self, epoch: int, moves: Sequence[Move], orders: Sequence[str], fold: Callable[[Sequence[bytes]], Writes]
    ) -> frozenset[int]:
        """See ReadStore."""
        await self._answer()
        async with self._lock:
            self.transactions += 1
            missed = {move.partition for move in moves if not self._stands(epoch, move)}
            if missed:
                return frozenset(missed)
            writes = fold(self._documents(orders))
            await asyncio.sleep(0)
            if self.refuses(writes):
                raise Refused("out of range")
            self._checkpoints |= {move.partition: move.becomes for move in moves}
            self._write(writes)
        if self.down_after_commit:
            raise Unavailable(self.down_after_commit)
        return frozenset()

    async def note_heads(self, heads: Heads, applied_at: str | None) -> None:
        """See ReadStore."""
        await self._answer()
        if heads.epoch != self._epoch:
            return
        before, applied_before = self.heads or (heads, None)
        newest = heads if heads.at >= before.at else before
        self.heads = newest, max(filter(None, (applied_at, applied_before)), default=None)

    async def parked(self, aggregates: Collection[Aggregate] | None) -> Sequence[ParkedEvent]:
        """See ParkingLot."""
        await self._answer()
        found = [event for _, event in sorted(self.parked_event.items())]
        return [event._replace(data=b"") for event in found if aggregates is None or event.aggregate in aggregates]

    async def settle(self, partition: int, choice: Choice, settling: Settling) -> Sequence[ParkedEvent]:
        """See ParkingLot."""
        await self._answer()
        async with self._lock:
            events = [
                event
                for (number, sequence), event in sorted(self.parked_event.items())
                if number == partition and sequence > choice.after
                if choice.aggregates is None or event.aggregate in choice.aggregates
            ][: choice.limit]
            if not events:
                return []
            settlement = settling.settle(events, self._documents(settling.orders(events)))
            if self.refuses(settlement.writes):
                raise Refused("out of range")
            for sequence in settlement.gone:
                del self.parked_event[partition, sequence]
            for sequence, reason in settlement.reasons.items():
                self.parked_event[partition, sequence] = self.parked_event[partition, sequence]._replace(reason=reason)
            self._write(settlement.writes)
            return events

    def empty(self) -> None:
        """Lose everything."""
        self.__init__()  # type: ignore[misc]

    def versions(self) -> dict[str, int]:
        """The version of every order."""
        return {view.order_id: view.version for view in (read_order_view(row.doc) for row in self.rows(ORDER_VIEW))}

    def rows(self, model: ReadModel[R]) -> list[R]:
        """All rows of a read model, in key order."""
        return [row for _, row in sorted(self._tables[model].items())]

    def replace(self, model: ReadModel[Any], key: tuple[Any, ...], row: tuple[Any, ...] | None) -> None:
        """Have `row` in the place of the one of `key`, behind everybody's back; None: have none."""
        self._tables[model].pop(key, None)
        if row is not None:
            self._tables[model][key] = row

    def _stored(self) -> Stored:
        held: dict[int, Parked] = {}
        for (partition, _), event in self.parked_event.items():
            held[partition] = held.get(partition, Parked()).more([event.aggregate])
        return Stored(self._epoch, dict(self._checkpoints), held)

    def _stands(self, epoch: int, move: Move) -> bool:
        stored = self._stored()
        stands = stored.checkpoints.get(move.partition)
        parked = stored.parked.get(move.partition, Parked()).events
        return epoch == self._epoch and stands is not None and (stands.sequence, parked) == (move.was, move.parked)

    def _documents(self, orders: Sequence[str]) -> list[bytes]:
        views = self._tables[ORDER_VIEW]
        keys = [(order_key(order),) for order in orders]
        return [views[key].doc for key in keys if key in views]

    def _write(self, writes: Writes) -> None:
        for model, rows in writes.rows.items():
            for row in rows:
                self._put(model, row)
        for event in writes.parked_event:
            self.parked_event[event.partition, event.sequence] = event._replace(parked_at=PARKED_AT)
        self.applied.update((row.order_id, row.version) for row in writes.of(ORDER_HISTORY))
        self.notified += writes.changes

    def _put(self, model: ReadModel[Any], row: Any) -> None:
        table, key = self._tables[model], row[: len(model.key)]
        stands = table.get(key)
        if stands is None:
            table[key] = row
        elif model.newest is None or getattr(stands, model.newest) < getattr(row, model.newest):
            (table[key],) = merged(model, [stands, row])

    async def _answer(self) -> None:
        await asyncio.sleep(0)
        if self.down:
            raise Unavailable(self.down)
