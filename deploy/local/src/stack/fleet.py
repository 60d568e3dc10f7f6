"""All parts of one stack: brought up stage by stage, taken down one by one."""

import asyncio
import signal
from collections.abc import Coroutine, Iterable
from dataclasses import replace
from itertools import groupby

from stack.child import Child, describe_end
from stack.failures import WRONG_CALL, StackError
from stack.launching import last_lines
from stack.ledger import Ledger
from stack.parts import Part
from stack.ports import choose_port
from stack.running_part import RunningPart, Status
from stack.site_plan import Plan
from stack.voice import Voice

UP_WITHIN = 120.0
READY_WITHIN = 60.0
MIGRATION_PATIENCE = 5.0
MIGRATION_WORDS = 5


class Fleet:
    """The parts as they run. What it does, it says through `voice`."""

    def __init__(self, parts: Iterable[Part], plan: Plan, voice: Voice) -> None:
        self._site = plan.site
        self._voice = voice
        self._ledger = Ledger.of(plan.site.data)
        self._running = {
            part.name: RunningPart(part, plan.site, plan.ports.get(part.name), self._ledger, voice.say)
            for part in parts
        }
        self.waiting = ""

    def named(self, name: str) -> RunningPart:
        """The part of that name. Raises StackError that names the known ones."""
        if name not in self._running:
            raise StackError(f"there is no {name}: the parts are {', '.join(self._running)}", WRONG_CALL)
        return self._running[name]

    async def bring_up(self) -> None:
        """Start everything and wait until it is ready. Raises StackError when something is not, in time."""
        parts = sorted((running.part for running in self._running.values()), key=lambda part: part.stage)
        try:
            async with asyncio.timeout(UP_WITHIN):
                for _, stage in groupby(parts, key=lambda part: part.stage):
                    members = list(stage)
                    await self._migrate(members)
                    await self._admit(members)
                    await self._start(members)
        except TimeoutError:
            late = [f"{part.name} ({part.waiting_for})" for part in self._running.values() if part.waiting_for]
            raise StackError(f"not ready after {UP_WITHIN:.0f} s: {', '.join(late)}") from None
        self._wait_for("")

    async def restart(self, name: str) -> None:
        """Stop and start one part; returns when it is ready. Raises StackError when it is not, in time."""
        part = self.named(name)
        try:
            async with asyncio.timeout(READY_WITHIN):
                await part.restart()
        except TimeoutError:
            raise StackError(f"{name} is not ready after {READY_WITHIN:.0f} s: {part.waiting_for}") from None

    async def join(self, part: Part) -> None:
        """Start a part more; returns when it is ready. Raises StackError when it is not, in time, and stops it then."""
        if part.name in self._running:
            raise StackError(f"there is a {part.name} already", WRONG_CALL)
        port = choose_port()
        site = replace(self._site, urls={**self._site.urls, part.name: part.url_on(port)})
        self._running[part.name] = RunningPart(part, site, port, self._ledger, self._voice.say)
        try:
            async with asyncio.timeout(READY_WITHIN):
                await self._running[part.name].start()
        except (StackError, TimeoutError) as error:
            await self.leave(part.name)
            raise StackError(str(error) or f"{part.name} is not ready after {READY_WITHIN:.0f} s") from None

    async def leave(self, name: str) -> None:
        """Stop a part for good. Raises StackError for one that is not there."""
        for line in await self.named(name).retire():
            self._voice.say(line)
        del self._running[name]

    async def take_down(self) -> list[str]:
        """Stop everything in order; returns a line about each part that was stopped."""
        lines = []
        for running in sorted(self._running.values(), key=lambda each: each.part.stops):
            self._wait_for(f"stopping {running.name}")
            for line in await running.retire():
                self._voice.say(line)
                lines.append(line)
        self._wait_for("")
        return lines

    async def statuses(self) -> list[Status]:
        """Every part as it is now, in the order of the catalogue."""
        return await asyncio.gather(*(running.status() for running in self._running.values()))

    async def _migrate(self, parts: list[Part]) -> None:
        migrating = [part for part in parts if part.migrate is not None]
        if migrating:
            self._wait_for("migrating for " + ", ".join(part.name for part in migrating))
            await _together(self._migrate_one(part) for part in migrating)

    async def _migrate_one(self, part: Part) -> None:
        if part.migrate is None:
            return
        name = f"{part.name}-migrate"
        log = self._site.log_of(name)
        child = Child(name, part.migrate(self._site), signal.SIGTERM, log, self._ledger)
        try:
            code = await asyncio.shield(child.ended)
        finally:
            await child.stop(MIGRATION_PATIENCE)
        if code != 0:
            words = "".join(f"\n  {line}" for line in last_lines(log, MIGRATION_WORDS))
            raise StackError(f"{name} failed, {describe_end(code)}; all it said is in {log}{words}")

    async def _admit(self, parts: list[Part]) -> None:
        for part in parts:
            if part.admit is not None:
                self._wait_for(f"making users for the database of {part.name}")
                if note := await asyncio.to_thread(part.admit, self._site):
                    self._voice.say(note)

    async def _start(self, parts: list[Part]) -> None:
        missing = [part.name for part in parts]

        async def start(name: str) -> None:
            await self._running[name].start()
            missing.remove(name)
            self._wait_for("waiting for " + ", ".join(missing))

        self._wait_for("waiting for " + ", ".join(missing))
        await _together(start(part.name) for part in parts)

    def _wait_for(self, what: str) -> None:
        self.waiting = what
        self._voice.wait_for(what)


async def _together(jobs: Iterable[Coroutine[None, None, None]]) -> None:
    """Run them at once; the first failure ends the others and is raised as it is."""
    try:
        async with asyncio.TaskGroup() as group:
            for job in jobs:
                group.create_task(job)
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
