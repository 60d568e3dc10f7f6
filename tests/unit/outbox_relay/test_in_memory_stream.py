"""The fake stream does what the real one does."""

import pytest

from tests.fakes.relay_stream import Entry, InMemoryRedis, InMemoryStream
from tests.suites.relay_stream import Group, Look, StreamSuite


class TestInMemoryStream(StreamSuite):
    @pytest.fixture
    def server(self) -> InMemoryRedis:
        return InMemoryRedis()

    @pytest.fixture
    def stream(self, server: InMemoryRedis) -> InMemoryStream:
        return InMemoryStream(server, length=1_000, window=100)

    @pytest.fixture
    def look(self, server: InMemoryRedis) -> Look:
        async def entries(epoch: int, partition: int) -> list[Entry]:
            return server.stream(epoch, partition)

        return entries

    @pytest.fixture
    def group(self, server: InMemoryRedis) -> Group:
        async def bookmark(partition: int, name: str, passed: int) -> None:
            server.streams[1, partition].groups[name] = passed

        return bookmark
