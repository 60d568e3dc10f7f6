"""The log in the write database, one partition at a time, over a connection beside the relay's."""

from collections import defaultdict
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Final

import psycopg

from outbox_relay.adapters.postgres_outbox import PostgresOutbox
from outbox_relay.adapters.replay_statements import EVERY, HIGHEST, LOWEST, REPLAY, WAYPOINTS
from outbox_relay.application.ports import OutboxUnavailable, Row
from outbox_relay.application.replay_ports import Part
from outbox_relay.application.sequencer import Place

PIECE: Final = 2_001
"""Events in memory at a time. What a reader usually asks for, and the event before it, is one piece."""

_BIG: Final = 4 * EVERY
"""Events of a partition in one tick that are worth waypoints."""
_KEPT: Final = 32
"""Ticks whose waypoints are remembered."""


class PostgresReplayLog(PostgresOutbox):
    """Reads the log at `url`, a libpq URL."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._waypoints: dict[int, Mapping[int, Sequence[int]]] = {}

    async def replay(self, part: Part) -> AsyncGenerator[Sequence[Row]]:
        """See ReplayLog: in one answer if they are few, else by a cursor."""
        wanted = await self._bounds(part)
        if part.size <= PIECE:
            if rows := await self._all(REPLAY, wanted):
                yield rows
            return
        connection = self._held()
        try:
            async with connection.transaction(), connection.cursor("replay") as cursor:
                await cursor.execute(REPLAY, wanted, binary=True)
                while rows := await cursor.fetchmany(PIECE):
                    yield rows
        except (psycopg.Error, OSError) as error:
            reason = str(error).strip() or type(error).__name__
            raise OutboxUnavailable(f"write database: {reason}".splitlines()[0]) from error

    async def _connect(self) -> None:
        # Another cluster may answer this time, or the log may have been adopted.
        self._waypoints.clear()
        await super()._connect()

    async def _bounds(self, part: Part) -> dict[str, int]:
        low, high, skip = LOWEST, HIGHEST, part.offset
        if ways := await self._ways(part.partition, part.begin):
            passed = skip // EVERY
            low, skip = ways[passed], skip - passed * EVERY
        if ways := await self._ways(part.partition, part.end):
            reached = -(-(part.last - part.end.before) // EVERY)
            high = ways[reached] if reached < len(ways) else HIGHEST
        return {
            "after": part.ticks.start - 1,
            "up_to": part.ticks.stop - 1,
            "partition": part.partition,
            "low": low,
            "high": high,
            "skip": skip,
            "count": part.size,
        }

    async def _ways(self, partition: int, place: Place) -> Sequence[int]:
        """The positions of every so many events of a partition in a big tick; none of a small one."""
        if place.after - place.before < _BIG:
            return ()
        if place.tick not in self._waypoints:
            ways = defaultdict[int, list[int]](list)
            for of, position in await self._all(WAYPOINTS, {"after": place.tick - 1, "up_to": place.tick}):
                ways[of].append(position)
            while len(self._waypoints) >= _KEPT:
                del self._waypoints[next(iter(self._waypoints))]
            self._waypoints[place.tick] = ways
        return self._waypoints[place.tick].get(partition, ())
