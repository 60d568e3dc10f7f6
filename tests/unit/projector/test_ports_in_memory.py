"""The fakes keep the promises of the ports."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import pytest

from orders_contracts.replay import ReplayRequest
from projector.application.log import Entry
from projector.application.projections.catalogue import READ_MODELS
from tests.fakes.projector_store import InMemoryReadStore
from tests.fakes.projector_stream import InMemoryEventStream, InMemoryMembers
from tests.suites.projector_event_stream import COUNT, EventStreamSuite, StreamWorld
from tests.suites.projector_members import MembersSuite, MembersWorld
from tests.suites.projector_read_store import ReadStoreSuite, StoreWorld
from tests.suites.projector_sums import SumsSuite


class MemoryStreamWorld:
    """A fake and its own back door."""

    def __init__(self) -> None:
        self.stream = InMemoryEventStream(count=COUNT)

    async def put(self, partition: int, entries: Sequence[Entry]) -> None:
        await self.stream.put(partition, entries)

    async def say(self, heads: bytes) -> None:
        await self.stream.say(heads)

    async def reply(self, name: str, entries: Sequence[Entry]) -> None:
        await self.stream.reply(name, entries)

    async def asked(self) -> Sequence[ReplayRequest]:
        return self.stream.requests

    async def replies(self) -> Collection[str]:
        return self.stream.replies

    async def shown(self, partition: int) -> int:
        return self.stream.shown[1, partition]


class MemoryMembersWorld:
    """Fakes that share a set."""

    def __init__(self) -> None:
        self._alive: set[str] = set()
        self._all: list[InMemoryMembers] = []

    def member(self, name: str) -> InMemoryMembers:
        self._all.append(InMemoryMembers(name, self._alive))
        return self._all[-1]

    async def refuse(self) -> None:
        for one in self._all:
            one.down = "OOM"


class MemoryStoreWorld:
    """A fake and its own back door."""

    def __init__(self) -> None:
        self.store = InMemoryReadStore()

    async def documents(self) -> dict[str, list[bytes]]:
        return {model.table: [_document(row) for row in self.store.rows(model)] for model in READ_MODELS}

    async def heads(self) -> tuple[Sequence[int], str, str | None] | None:
        if self.store.heads is None:
            return None
        heads, applied_at = self.store.heads
        return heads.sequences, heads.at, applied_at


def _document(row: tuple[Any, ...]) -> bytes:
    """The document of a row; of one without, its columns."""
    if hasattr(row, "doc"):
        return bytes(row.doc)
    return "|".join(str(UUID(bytes=part)) if isinstance(part, bytes) else str(part) for part in row).encode()


class TestInMemoryEventStream(EventStreamSuite):
    @pytest.fixture
    def world(self) -> StreamWorld:
        return MemoryStreamWorld()


class TestInMemoryMembers(MembersSuite):
    @pytest.fixture
    def world(self) -> MembersWorld:
        return MemoryMembersWorld()


class TestInMemoryReadStore(ReadStoreSuite, SumsSuite):
    @pytest.fixture
    def world(self) -> StoreWorld:
        return MemoryStoreWorld()
