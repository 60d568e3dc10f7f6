"""The fake outbox does what the real one does."""

import pytest

from tests.fakes.relay_log import InMemoryDatabase, InMemoryOutbox
from tests.suites.relay_outbox import OutboxSuite


class TestInMemoryOutbox(OutboxSuite):
    @pytest.fixture
    def database(self) -> InMemoryDatabase:
        return InMemoryDatabase()

    @pytest.fixture
    async def outbox(self, database: InMemoryDatabase) -> InMemoryOutbox:
        outbox = InMemoryOutbox(database, chunk=1_000)
        await outbox.open()
        return outbox

    @pytest.fixture
    async def another(self, database: InMemoryDatabase) -> InMemoryOutbox:
        outbox = InMemoryOutbox(database)
        await outbox.open()
        return outbox
