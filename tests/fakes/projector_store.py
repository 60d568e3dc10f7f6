"""The projector's read database in memory: read models, checkpoints, and what is parked."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Sequence

from orders_contracts.heads import Heads
from orders_contracts.streams import NO_EVENT
from projector.application.log import Aggregate, Checkpoint, Move, Parked, ParkedEvent, Stored
from projector.application.parking_ports import Choice, Settling
from projector.application.ports import Refused, Unavailable
from projector.application.projections.command_status import CommandStatusRow
from projector.application.projections.fold import Writes
from projector.application.projections.order_document import read_order_view
from projector.application.projections.order_summary import OrderSummaryRow
from projector.application.projections.order_view import order_key
from projector.application.projections.product_view import ProductViewRow

PARKED_AT = "2026-11-22T09:00:00.000000Z"


class InMemoryReadStore:
    """Read models in dictionaries, changed in one go. It is the ReadStore and the ParkingLot."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._epoch = 0
        self._checkpoints: dict[int, Checkpoint] = {}
        self.order_view: dict[bytes, bytes] = {}
        self.order_summary: dict[bytes, OrderSummaryRow] = {}
        self.order_history: dict[tuple[bytes, int], bytes] = {}
        self.product_view: dict[str, ProductViewRow] = {}
        self.command_status: dict[bytes, CommandStatusRow] = {}
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
            self.order_view.clear()
            self.order_summary.clear()
            self.order_history.clear()
            self.product_view.clear()
            self.command_status.clear()
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
        return {view.order_id: view.version for view in map(read_order_view, self.order_view.values())}

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
        keys = [order_key(order) for order in orders]
        return [self.order_view[key] for key in keys if key in self.order_view]

    def _write(self, writes: Writes) -> None:
        self.order_view |= {row.order_id: row.doc for row in writes.order_view}
        self.order_summary |= {row.order_id: row for row in writes.order_summary}
        self.order_history |= {(row.order_id, row.version): row.doc for row in writes.order_history}
        for row in writes.product_view:
            stands = self.product_view.get(row.sku)
            if stands is None or stands.version < row.version:
                self.product_view[row.sku] = row
        for command in writes.command_status:
            known = self.command_status.get(command.command_id)
            if known is None or known.version < command.version:
                self.command_status[command.command_id] = command
        for event in writes.parked_event:
            self.parked_event[event.partition, event.sequence] = event._replace(parked_at=PARKED_AT)
        self.applied.update((row.order_id, row.version) for row in writes.order_history)
        self.notified += writes.changes

    async def _answer(self) -> None:
        await asyncio.sleep(0)
        if self.down:
            raise Unavailable(self.down)
