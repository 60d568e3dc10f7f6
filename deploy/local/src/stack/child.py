"""One process that the supervisor owns: started, watched by a thread of its own, asked to stop, at last killed."""

import asyncio
import signal
import threading
from contextlib import suppress
from pathlib import Path

from stack.launching import Command, launch
from stack.ledger import Entry, Ledger
from stack.processes import Identity


class Child:
    """A started process. `ended` holds its exit code (negative: the signal that killed it) once it is gone."""

    def __init__(self, name: str, command: Command, stop_signal: int, log: Path, ledger: Ledger) -> None:
        """Start it, from within the event loop. Raises OSError when it cannot be started."""
        self.name = name
        self.log = log
        self.stop_signal = stop_signal
        self._ledger = ledger
        self._process = launch(command, log)
        identity = Identity.of(self._process.pid) or Identity(self._process.pid, 0.0)
        self._entry = Entry(name, identity, stop_signal)
        ledger.add(self._entry)
        self._loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[int] = self._loop.create_future()
        threading.Thread(target=self._watch, name=f"watch-{name}", daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, number: int) -> None:
        """Send it a signal; nothing happens once it is gone."""
        self._process.send_signal(number)

    async def stop(self, patience: float) -> bool:
        """Ask it to stop and wait; after `patience` seconds kill it. True if it went by itself."""
        self.send(self.stop_signal)
        self.send(signal.SIGCONT)
        try:
            await asyncio.wait_for(asyncio.shield(self.ended), patience)
        except TimeoutError:
            self.send(signal.SIGKILL)
            await asyncio.shield(self.ended)
            return False
        return True

    def _watch(self) -> None:
        code = self._process.wait()
        with suppress(RuntimeError):  # the loop is closed: nobody waits for the news any more
            self._loop.call_soon_threadsafe(self._note_end, code)

    def _note_end(self, code: int) -> None:
        self._ledger.remove(self._entry)
        self.ended.set_result(code)


def describe_end(code: int) -> str:
    """'exit code 3' or 'signal SIGKILL'."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"
