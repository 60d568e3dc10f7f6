"""The fake stream does what the real one does."""

import pytest

from tests.fakes.relay_stream import Entry, InMemoryRedis, InMemoryStream
from tests.suites.relay_stream import Look, StreamSuite


class TestInMemoryStream(StreamSuite):
    @pytest.fixture
    def server(self) -> InMemoryRedis:
        return InMemoryRedis()

    @pytest.fixture
    def stream(self, server: InMemoryRedis) -> InMemoryStream:
        return InMemoryStream(server, length=1_000)

    @pytest.fixture
    def look(self, server: InMemoryRedis) -> Look:
        async def entries(epoch: int, partition: int) -> list[Entry]:
            return server.stream(epoch, partition)

        return entries
