"""The fakes of replays do what the engines do."""

import pytest

from orders_contracts.replay import ReplayRequest
from tests.fakes.relay_log import InMemoryDatabase
from tests.fakes.relay_replays import InMemoryReplayLog, InMemoryReplayServer, InMemoryReplies, InMemoryRequests
from tests.fakes.relay_stream import Entry
from tests.suites.relay_replays import ReplayLogSuite, RepliesSuite, RequestsSuite


class InMemoryReader:
    """A reader of the server in memory."""

    def __init__(self, server: InMemoryReplayServer) -> None:
        self._server = server

    async def ask(self, request: ReplayRequest, seconds_ago: float = 0.0) -> None:
        self._server.ask(request, seconds_ago)
        self._server.pass_by(0.001)

    async def forget_requests(self) -> None:
        self._server.asked.clear()

    async def look(self, reply_to: str) -> list[Entry]:
        return self._server.replies.get(reply_to, [])

    async def seconds_left(self, reply_to: str) -> float:
        return self._server.kept_until[reply_to] - self._server.now

    async def lose(self, reply_to: str) -> None:
        self._server.lose(reply_to)


@pytest.fixture
def server() -> InMemoryReplayServer:
    return InMemoryReplayServer()


@pytest.fixture
def reader(server: InMemoryReplayServer) -> InMemoryReader:
    return InMemoryReader(server)


class TestInMemoryRequests(RequestsSuite):
    @pytest.fixture
    def requests(self, server: InMemoryReplayServer) -> InMemoryRequests:
        return InMemoryRequests(server)

    @pytest.fixture
    def another(self, server: InMemoryReplayServer) -> InMemoryRequests:
        return InMemoryRequests(server)


class TestInMemoryReplies(RepliesSuite):
    @pytest.fixture
    def replies(self, server: InMemoryReplayServer) -> InMemoryReplies:
        return InMemoryReplies(server)


class TestInMemoryReplayLog(ReplayLogSuite):
    @pytest.fixture
    def database(self) -> InMemoryDatabase:
        return InMemoryDatabase()

    @pytest.fixture
    async def log(self, database: InMemoryDatabase) -> InMemoryReplayLog:
        log = InMemoryReplayLog(database, chunk=1_000)
        await log.open()
        return log
