"""The changes of one order or command, one after the other, for as long as somebody wants to be told."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, Literal

from orders_contracts.consistency import ConsistencyToken
from orders_contracts.envelope import AggregateType
from query_api.application.errors import Unavailable
from query_api.application.views import Change
from query_api.application.waiting_room import Place, WaitingRoom

AGAIN_SECONDS: Final = 1.0
"""After so long those look again whom the database did not answer."""

Look = Callable[[int], Awaitable[Sequence[Change]]]
"""The next changes behind a version, oldest first; none where there are none yet."""


class Following:
    """Nothing is left out and nothing comes twice: a call only wakes, what has changed is always looked up."""

    def __init__(
        self, room: WaitingRoom, whose: tuple[AggregateType, str], after: int, look: Look, last: int | None = None
    ) -> None:
        """From the version behind `after` on; until version `last`, if there is a last one."""
        self._room = room
        self._whose = whose
        self._after = after
        self._look = look
        self._last = last
        self._place: Place | None = None
        self._left = False

    @property
    def complete(self) -> bool:
        """Whether the last version there can be has been told."""
        return self._last is not None and self._after >= self._last

    @property
    def ending(self) -> Literal["complete", "gone", "stopped"] | None:
        """Why nothing comes any more: all has been told, nobody listens, or the process ends. None: it goes on."""
        if self.complete:
            return "complete"
        if self._left:
            return "gone"
        return "stopped" if self._room.closed else None

    @contextmanager
    def standing(self) -> Iterator[None]:
        """For the length of the block, changes are noticed."""
        with self._room.standing(ConsistencyToken(*self._whose, self._after + 1)) as self._place:
            yield

    def leave(self) -> None:
        """Nobody listens any longer."""
        self._left = True
        if self._place is not None:
            self._place.call()

    async def more(self, seconds: float) -> Sequence[Change]:
        """The next changes; none if none come within `seconds`, or where it has ended. To be called while standing."""
        place = self._place
        if place is None:
            raise RuntimeError("nobody stands for what is followed")
        deadline = asyncio.get_running_loop().time() + seconds
        while not self.ending:
            # The other way round, a call between looking and forgetting would be lost.
            place.listen_anew()
            patience = deadline - asyncio.get_running_loop().time()
            try:
                changes = await self._look(self._after)
            except Unavailable:
                changes, patience = (), min(patience, AGAIN_SECONDS)
            if changes:
                self._after = changes[-1].version
                place.version = self._after + 1
                return changes
            await place.called_within(max(0, patience))
            if asyncio.get_running_loop().time() >= deadline:
                break
        return ()
