"""The one connection on which the read database tells what has just changed in the live generation."""

import asyncio
import random
from contextlib import aclosing
from typing import Any, Final

import structlog
from psycopg import AsyncConnection, OperationalError, errors, sql

from orders_contracts.changes import channel, decode_changes
from query_api.adapters.postgres import live
from query_api.application.waiting_room import WaitingRoom

FIRST_PAUSE_SECONDS: Final = 0.05
LONGEST_PAUSE_SECONDS: Final = 1.0
IDLE_SECONDS: Final = 5.0
"""After so much silence the connection is tried, so that one that died without a word is noticed."""
_log = structlog.get_logger()


class PostgresChangeFeed:
    """Listens for as long as it runs, and passes on to the waiting room."""

    def __init__(self, conninfo: str, room: WaitingRoom) -> None:
        self._conninfo = conninfo
        self._room = room
        self.connected = False

    async def run(self) -> None:
        """Run until cancelled. A lost connection is made anew, at once and then after growing pauses."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                await self._listen()
            except (OperationalError, TimeoutError, errors.UndefinedTable) as error:  # the last: not migrated yet
                if self.connected:
                    _log.warning("no longer told of changes", reason=str(error).strip())
                    pause = FIRST_PAUSE_SECONDS
            self.connected = False
            await asyncio.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311 - spreads the load, guards nothing
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _listen(self) -> None:
        async with await AsyncConnection.connect(self._conninfo, autocommit=True) as connection:
            # Before it is asked which generation is live: a switch after that is heard of.
            await _listen_to(connection, live.CHANNEL)
            heard: str | None = None
            while True:
                generation = await _live_generation(connection)
                await _listen_to(connection, channel(generation))
                if heard not in {None, generation}:
                    await connection.execute(sql.SQL("UNLISTEN {}").format(sql.Identifier(channel(heard or ""))))
                heard = generation
                self.connected = True
                _log.info("told of changes", generation=generation)
                # What was said while nobody listened is lost: those who wait must look for themselves.
                self._room.call_all()
                await self._pass_on_until_switched(connection)

    async def _pass_on_until_switched(self, connection: AsyncConnection[Any]) -> None:
        while True:
            async with aclosing(connection.notifies(timeout=IDLE_SECONDS)) as notices:
                async for notice in notices:
                    if notice.channel == live.CHANNEL:
                        return
                    self._pass_on(notice.payload)
            async with asyncio.timeout(IDLE_SECONDS):
                await connection.execute("SELECT 1")

    def _pass_on(self, payload: str) -> None:
        if len(self._room) == 0:
            return
        try:
            for aggregate_type, aggregate_id, version in decode_changes(payload):
                self._room.announce(aggregate_type, aggregate_id, version)
        except ValueError:
            _log.error("not a list of changes", payload=payload[:200])
            self._room.call_all()


async def _live_generation(connection: AsyncConnection[Any]) -> str:
    found = await (await connection.execute(live.NAME)).fetchone()
    assert found is not None
    return str(found[0])


async def _listen_to(connection: AsyncConnection[Any], name: str) -> None:
    await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(name)))
