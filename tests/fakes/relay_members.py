"""The members' list in memory; the clock is the server's own."""

from orders_contracts.members import MEMBER_SECONDS
from outbox_relay.application.ports import StreamUnavailable
from tests.fakes.relay_log import Pause, at_once
from tests.fakes.relay_observer import SetClock


class InMemoryMembers:
    """What outlives any member. `writable`: whether heartbeats are taken; `problem`: why nobody is answered."""

    def __init__(self, clock: SetClock) -> None:
        self.clock = clock
        self.heard: dict[str, float] = {}
        self.writable = True
        self.problem: str | None = None

    def flush(self) -> None:
        self.heard.clear()


class InMemoryMembership:
    """One relay's place on the list."""

    def __init__(self, server: InMemoryMembers, name: str, pause: Pause = at_once) -> None:
        self.name = name
        self._server = server
        self._pause = pause
        self._known = frozenset({name})

    async def beat(self) -> frozenset[str]:
        await self._reached()
        if self._server.writable:
            now = self._server.clock.monotonic()
            self._server.heard[self.name] = now
            for gone in [name for name, at in self._server.heard.items() if at < now - MEMBER_SECONDS]:
                del self._server.heard[gone]
            self._known = frozenset(self._server.heard)
        return self._known

    async def leave(self) -> None:
        await self._reached()
        self._server.heard.pop(self.name, None)

    async def _reached(self) -> None:
        await self._pause()
        if self._server.problem:
            raise StreamUnavailable(self._server.problem)
