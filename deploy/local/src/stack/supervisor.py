"""The process that owns all others: it brings them up, answers the verbs, and takes them down when told to."""

import asyncio
import os
import signal
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from stack.control import Desk, make_socket_path
from stack.failures import WRONG_CALL, StackError
from stack.fleet import Fleet
from stack.kept_users import without_password
from stack.ledger import stop_left_over
from stack.parts import Part, Program, caller_environment
from stack.pointer import Pointer, only_one, pointer_file
from stack.processes import Identity
from stack.site_plan import Plan, plan_site
from stack.voice import Voice

THREADS = 32
KILLED_WITHIN = 5.0


def supervise(program: Program, project: Path, data: Path) -> int:
    """Run a stack until Ctrl-C, SIGTERM or `stack down`. Returns the exit code.

    Raises StackError when it cannot even begin: another one runs, or this machine lacks something.
    """
    voice = Voice()
    try:
        with only_one(pointer_file(project).parent), only_one(data):
            for line in stop_left_over(data):
                voice.say(line)
            plan = plan_site(program, data, caller_environment())
            for note in plan.notes:
                voice.say(note)
            return asyncio.run(Supervisor(program, plan, project, voice).run())
    except OSError as error:
        raise StackError(str(error)) from error


class Supervisor:
    """One running stack. `run` is its whole life."""

    def __init__(self, program: Program, plan: Plan, project: Path, voice: Voice) -> None:
        self._program = program
        self._site = plan.site
        self._project = project
        self._voice = voice
        self._fleet = Fleet(program.parts, plan, voice)
        self._phase = "starting"
        self._enough = asyncio.Event()
        self._stopped: list[str] = []
        self._down = asyncio.Event()

    async def run(self) -> int:
        """Bring everything up, stay until told to stop, take everything down. Returns the exit code."""
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(THREADS))
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup means it
                loop.add_signal_handler(number, self._enough.set)
        desk = await Desk.open(make_socket_path(), self._handle)
        me = Identity.of(os.getpid())
        if me is None:
            raise StackError("this process cannot find itself among the processes of the machine")
        Pointer(me, desk.path, self._site.data).write(self._project)
        try:
            return await self._live()
        finally:
            pointer_file(self._project).unlink(missing_ok=True)
            await desk.close()

    async def _live(self) -> int:
        coming_up = asyncio.create_task(self._come_up())
        enough = asyncio.create_task(self._enough.wait())
        code = 0
        try:
            await asyncio.wait({coming_up, enough}, return_when=asyncio.FIRST_COMPLETED)
            if coming_up.done():
                coming_up.result()
                await enough
        except StackError as error:
            self._voice.wait_for("")
            self._voice.say(error.message)
            code = error.code
        finally:
            coming_up.cancel()
            enough.cancel()
            with suppress(asyncio.CancelledError, StackError):
                await coming_up
            self._phase = "stopping"
            self._stopped = await self._fleet.take_down()
            self._down.set()
        return code

    async def _come_up(self) -> None:
        await self._fleet.bring_up()
        statuses = await self._fleet.statuses()
        width = max(len(status.name) for status in statuses) + 2
        for status in statuses:
            self._voice.say(f"{status.name:<{width}}{without_password(status.url)}")
        self._voice.say(f"logs: {self._site.logs}")
        for line in self._program.tour(self._site.urls):
            self._voice.say(line)
        self._phase = "up"

    async def _handle(self, request: Mapping[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = {}
        match request:
            case {"verb": "status"}:
                parts = [asdict(status) for status in await self._fleet.statuses()]
                answer = {"phase": self._phase, "waiting": self._fleet.waiting, "parts": parts}
            case {"verb": "phase"}:
                answer = {"phase": self._phase, "waiting": self._fleet.waiting}
            case {"verb": "down"}:
                self._enough.set()
                await self._down.wait()
                answer = {"lines": self._stopped}
            case {"verb": "restart", "name": str(name)}:
                await self._restart(name)
            case {"verb": "kill", "name": str(name), "signal": int(number)}:
                answer = await self._kill(name, number)
            case {"verb": "join", "generation": str(generation)}:
                part = self._beside(generation)
                await self._fleet.join(part)
                answer = {"name": part.name}
            case {"verb": "leave", "generation": str(generation)}:
                await self._fleet.leave(self._beside(generation).name)
            case _:
                raise StackError("the running stack does not know this request: is it of another version?", WRONG_CALL)
        return answer

    def _beside(self, generation: str) -> Part:
        self._must_be_up()
        if self._program.beside is None:
            raise StackError("nothing here works on generations", WRONG_CALL)
        return self._program.beside(generation)

    def _must_be_up(self) -> None:
        if self._phase != "up":
            raise StackError(f"the stack is {self._phase}: wait until it is up")

    async def _restart(self, name: str) -> None:
        self._fleet.named(name)
        self._must_be_up()
        try:
            await self._fleet.restart(name)
        except StackError as error:
            self._voice.say(error.message)
            raise
        self._voice.say(f"restarted {name}")

    async def _kill(self, name: str, number: int) -> dict[str, Any]:
        child = self._fleet.named(name).child
        try:
            child.send(number)
        except OSError as error:
            raise StackError(f"signal {number} cannot be sent to {name}: {error}", WRONG_CALL) from error
        if number == signal.SIGKILL:
            await asyncio.wait({child.ended}, timeout=KILLED_WITHIN)
        return {"pid": child.pid}
