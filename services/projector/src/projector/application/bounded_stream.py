"""The log up to a point: what a reader sees who must not go further, and leaves no trace."""

from collections.abc import Collection, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from orders_contracts.heads import decode_heads, encode_heads
from orders_contracts.replay import ReplayRequest
from projector.application.log import Entry, Reading
from projector.application.ports import NO_REPLIES, EventStream


class BoundedStream:
    """An EventStream that ends, for each partition, with the sequence in `limits`; one without is empty."""

    def __init__(self, stream: EventStream) -> None:
        self._stream = stream
        self.limits: Mapping[int, int] = {}

    async def read(
        self, epoch: int, positions: Mapping[int, int], replies: Mapping[int, str] = NO_REPLIES, *, wait_seconds: float
    ) -> Reading:
        """See EventStream."""
        reading = await self._stream.read(epoch, positions, replies, wait_seconds=wait_seconds)
        entries = {number: self._within(number, found) for number, found in reading.entries.items()}
        short = frozenset(number for number, found in entries.items() if len(found) < len(reading.entries[number]))
        return Reading(
            {number: found for number, found in entries.items() if found},
            self._capped(reading.heads),
            reading.full - short,
        )

    async def peek(self, epoch: int, positions: Mapping[int, int]) -> Mapping[int, Entry]:
        """See EventStream."""
        found = await self._stream.peek(epoch, positions)
        return {number: entry for number, entry in found.items() if self._within(number, [entry])}

    async def ask(self, requests: Sequence[ReplayRequest], used: Collection[str]) -> None:
        """See EventStream."""
        await self._stream.ask(requests, used)

    async def bookmark(self, epoch: int, positions: Mapping[int, int]) -> None:
        """Nobody is shown where this reader stands: relays would wait for it."""

    def _within(self, partition: int, entries: Sequence[Entry]) -> Sequence[Entry]:
        limit = self.limits.get(partition, 0)
        return [entry for entry in entries if entry.sequence <= limit]

    def _capped(self, heads: bytes | None) -> bytes | None:
        if heads is None:
            return None
        try:
            told = decode_heads(heads)
        except msgspec.DecodeError:
            return heads
        ends = tuple(min(head, self.limits.get(number, 0)) for number, head in enumerate(told.sequences))
        return encode_heads(replace(told, sequences=ends, logged=ends))
