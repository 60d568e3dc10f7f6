"""The life of one part within the supervisor: starting, ready, dead, stopped, started again on the same port."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from textwrap import shorten
from typing import Literal

from stack.child import Child, describe_end
from stack.failures import StackError
from stack.launching import last_lines
from stack.ledger import Ledger
from stack.parts import Part, Server, Site

State = Literal["ready", "starting", "unready", "dead", "stopped", "external"]
STOP_PATIENCE = 10.0
POLL = 0.1
WORDS = 300


@dataclass(frozen=True, slots=True)
class Status:
    """What `status` tells of a part. `detail` says why it is not ready, or what a ready one is doing."""

    name: str
    pid: int | None
    state: State
    url: str
    detail: str


class RunningPart:
    """One part of a running stack; `port` is None for a server that is not ours."""

    def __init__(self, part: Part, site: Site, port: int | None, ledger: Ledger, say: Callable[[str], None]) -> None:
        self.part = part
        self._site = site
        self._port = port
        self._ledger = ledger
        self._say = say
        self._server: Server | None = None
        self._child: Child | None = None
        self._wanted = True
        self._retired = False
        self._starting = False
        self._was_ready = False
        self._turn = asyncio.Lock()
        self.waiting_for = ""

    @property
    def name(self) -> str:
        return self.part.name

    @property
    def child(self) -> Child:
        """The process as it runs now. Raises StackError if it does not."""
        if self._port is None:
            raise StackError(f"{self.name} is not ours: {self.part.given_by} names it")
        if self._child is None or self._child.ended.done():
            raise StackError(f"{self.name} is not running: `stack restart {self.name}` starts it")
        return self._child

    async def start(self) -> None:
        """Start it and wait until it is ready. Raises StackError if it ends before that."""
        async with self._turn:
            await self._start()

    async def restart(self) -> None:
        """Stop it if it runs, and start it again. Raises StackError as `start` does, and for a server not ours."""
        if self._port is None:
            raise StackError(f"{self.name} is not ours to restart: {self.part.given_by} names it")
        async with self._turn:
            for line in await self._stop():
                self._say(line)
            await self._start()

    async def retire(self) -> list[str]:
        """Stop it for good; returns what there is to say about it, nothing if it did not run."""
        self._wanted = False
        self._retired = True
        return await self._stop()

    async def status(self) -> Status:
        """Look at it now, asking it whether it is ready."""
        state, detail = await self._look()
        alive = self._child is not None and not self._child.ended.done()
        pid = self._child.pid if self._child is not None and alive else None
        return Status(self.name, pid, state, self.part.told(self._site.urls[self.name]), detail)

    async def _look(self) -> tuple[State, str]:
        if self._port is None:
            return "external", await self._probe() or ""
        if self._child is None:
            return ("starting", "waits for its turn") if self._wanted else ("stopped", "")
        if self._child.ended.done():
            code = self._child.ended.result()
            return ("dead", describe_end(code)) if self._wanted else ("stopped", "")
        reason = await self._probe()
        if reason is None:
            self._was_ready = True
            return "ready", await asyncio.to_thread(self.part.summary, self._site.urls[self.name])
        return "unready" if self._was_ready else "starting", reason

    async def _start(self) -> None:
        self._starting = True
        try:
            if self._port is not None:
                await self._launch(self._port)
            while (reason := await self._probe()) is not None:
                self._must_live(reason)
                await asyncio.sleep(POLL)
            self._must_live("")
            self._was_ready = True
        finally:
            self._starting = False

    async def _launch(self, port: int) -> None:
        try:
            self._server = await asyncio.to_thread(self.part.make(self._site, port).prepare)
            if self._retired:
                raise StackError(f"{self.name} is not started: the stack is stopping")
            command, log = self._server.command(), self._site.log_of(self.name)
            child = Child(self.name, command, self._server.stop_signal, log, self._ledger)
        except (OSError, RuntimeError) as error:
            raise StackError(f"{self.name} cannot be started: {error}") from error
        child.ended.add_done_callback(lambda _: self._on_end(child))
        self._child, self._wanted, self._was_ready = child, True, False

    def _must_live(self, reason: str) -> None:
        self.waiting_for = reason
        if self._child is not None and self._child.ended.done():
            raise StackError(_obituary(self._child))

    async def _stop(self) -> list[str]:
        child = self._child
        if child is None or child.ended.done():
            return []
        self._wanted = False
        if await child.stop(STOP_PATIENCE):
            return [f"stopped {self.name}"]
        return [f"killed {self.name}: it did not stop within {STOP_PATIENCE:.0f} s"]

    async def _probe(self) -> str | None:
        if self._server is not None:
            return await asyncio.to_thread(self._server.probe)
        reach = self.part.reach
        return None if reach is None else await asyncio.to_thread(reach, self._site.urls[self.name])

    def _on_end(self, child: Child) -> None:
        if self._wanted and not self._starting:
            self._say(_obituary(child))


def _obituary(child: Child) -> str:
    last = "".join(f": {shorten(line, WORDS)}" for line in last_lines(child.log))
    return f"{child.name} died: {describe_end(child.ended.result())}{last}"
