"""The fake members' list does what the real one does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.fakes.relay_members import InMemoryMembers, InMemoryMembership
from tests.fakes.relay_observer import SetClock
from tests.suites.relay_members import Join, Later, MembersSuite, Refused


class TestInMemoryMembers(MembersSuite):
    @pytest.fixture
    def server(self) -> InMemoryMembers:
        return InMemoryMembers(SetClock())

    @pytest.fixture
    def join(self, server: InMemoryMembers) -> Join:
        return lambda name: InMemoryMembership(server, name)

    @pytest.fixture
    def later(self, server: InMemoryMembers) -> Later:
        async def pass_by(seconds: float) -> None:
            server.clock.seconds += seconds

        return pass_by

    @pytest.fixture
    def refused(self, server: InMemoryMembers) -> Refused:
        @asynccontextmanager
        async def unwritable() -> AsyncIterator[None]:
            server.writable = False
            yield
            server.writable = True

        return unwritable
