"""Runs accepted commands beside the requests, several at a time, until the process ends."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final, Protocol

import structlog

from command_api.application.errors import Unavailable
from command_api.application.later import Claim

_IDLE_SECONDS: Final = 0.5
"""Between two looks for commands that another replica has accepted or left behind."""
_FAULT_SECONDS: Final = 5.0
"""The same, where the last look has failed."""
_LEAVING_SECONDS: Final = 4.0
"""How long those in hand may take when the process ends. Others take over what is left then."""

_log = structlog.stdlib.get_logger()


class Work(Protocol):
    """See `RunAccepted`."""

    async def claim(self, most: int) -> Sequence[Claim]: ...

    async def run(self, claim: Claim) -> None: ...


class Workers:
    """As many commands are taken as workers are free, so that a slow one holds up no other."""

    def __init__(self, work: Work, news: asyncio.Event, *, count: int) -> None:
        """`news` is set when there may be something to do; without it they look now and then."""
        self._work = work
        self._news = news
        self._count = count
        self._busy: set[asyncio.Task[None]] = set()
        self._more_waits = False
        self._rest = _IDLE_SECONDS
        self._leaving = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run as long as the context lasts. On leaving it the commands in hand are finished, if they are quick."""
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            self._leaving = True
            self._news.set()
            await task
            if self._busy:
                await asyncio.wait(self._busy, timeout=_LEAVING_SECONDS)
            for one in self._busy:
                one.cancel()
            await asyncio.gather(*self._busy, return_exceptions=True)  # the database is closed next

    async def _run(self) -> None:
        while not self._leaving:
            self._news.clear()
            free = self._count - len(self._busy)
            claims = await self._claim(free) if free else ()
            for claim in claims:
                one = asyncio.create_task(self._do(claim))
                self._busy.add(one)
                one.add_done_callback(self._free)
            self._more_waits = len(claims) == free
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), self._rest)

    def _free(self, one: asyncio.Task[None]) -> None:
        self._busy.discard(one)
        if self._more_waits:
            self._news.set()

    async def _claim(self, most: int) -> Sequence[Claim]:
        self._rest = _IDLE_SECONDS
        try:
            return await self._work.claim(most)
        except Unavailable as error:
            _log.warning("accepted commands wait", reason=str(error))
        except Exception:  # noqa: BLE001 - one failure must not end all work to come
            _log.exception("accepted commands wait")
        self._rest = _FAULT_SECONDS
        return ()

    async def _do(self, claim: Claim) -> None:
        about = {"command_id": str(claim.stored.command_id), "correlation_id": claim.stored.correlation_id}
        try:
            await self._work.run(claim)
        except Unavailable as error:
            _log.warning("accepted command is left for later", reason=str(error), **about)
        except Exception:  # noqa: BLE001 - it is begun again when its claim has run out
            _log.exception("accepted command is left for later", **about)
