"""The fakes keep the promises of the ports."""

from collections.abc import Sequence

import pytest

from projector.application.log import Entry
from tests.fakes.projector_ports import InMemoryEventStream, InMemoryReadStore
from tests.suites.projector_event_stream import COUNT, EventStreamSuite, StreamWorld
from tests.suites.projector_read_store import ReadStoreSuite, StoreWorld


class MemoryStreamWorld:
    """A fake and its own back door."""

    def __init__(self) -> None:
        self.stream = InMemoryEventStream(count=COUNT)

    async def put(self, partition: int, entries: Sequence[Entry]) -> None:
        await self.stream.put(partition, entries)

    async def say(self, heads: bytes) -> None:
        await self.stream.say(heads)

    async def shown(self, partition: int) -> int:
        return self.stream.shown[1, partition]


class MemoryStoreWorld:
    """A fake and its own back door."""

    def __init__(self) -> None:
        self.store = InMemoryReadStore()

    async def documents(self) -> dict[str, list[bytes]]:
        store = self.store
        return {
            "order_view": [doc for _, doc in sorted(store.order_view.items())],
            "order_summary": [row.doc for _, row in sorted(store.order_summary.items())],
            "order_history": [doc for _, doc in sorted(store.order_history.items())],
            "product_view": [doc for _, doc in sorted(store.product_view.items())],
        }

    async def heads(self) -> tuple[Sequence[int], str, str | None] | None:
        if self.store.heads is None:
            return None
        heads, applied_at = self.store.heads
        return heads.sequences, heads.at, applied_at


class TestInMemoryEventStream(EventStreamSuite):
    @pytest.fixture
    def world(self) -> StreamWorld:
        return MemoryStreamWorld()


class TestInMemoryReadStore(ReadStoreSuite):
    @pytest.fixture
    def world(self) -> StoreWorld:
        return MemoryStoreWorld()
