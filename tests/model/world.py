"""Two relays and two projectors between their engines, and everything that may happen to them.

Every method is a step of a schedule.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Final
from unittest.mock import patch

from outbox_relay.application import relay
from projector.application import replay
from tests.fakes.relay_observer import SetClock
from tests.model.ledger import Ledger
from tests.model.projector_side import SERVICE as PROJECTORS
from tests.model.projector_side import ProjectorProcess
from tests.model.read_side import ReadDatabase
from tests.model.relay_side import SERVICE as RELAYS
from tests.model.relay_side import RelayProcess
from tests.model.server import Contents, Server
from tests.model.stepping import Fate
from tests.model.write_side import Backup, WriteDatabase

TASKS: Final = [
    *((slot, what) for slot in (0, 1) for what in ("relay", "replayer")),
    *((slot, what) for slot in (2, 3) for what in ("worker", "ahead", "beat", "bookmarks")),
]
"""Slots 0 and 1 are relays, 2 and 3 are projectors."""
PAIRS: Final = [task for task, (_, what) in enumerate(TASKS) if what in {"relay", "worker"}]
"""What does the most: publishing and projecting."""
CALLS: Final = {"relay": 16, "replayer": 14, "worker": 12, "ahead": 1, "beat": 1, "bookmarks": 5}
"""In a quiet round of one second; a turn takes less."""
STATES: Final = ("down", "full", "readonly")


class World:
    """All of it. Streams are `length` long; `salt` goes into names, and so decides who gets which partition."""

    def __init__(self, salt: int = 0, *, length: int = 6, window: int = 2) -> None:
        self.clock = SetClock()
        self.write = WriteDatabase(self.clock)
        self.ledger = Ledger(self.write, length)
        self.server = Server(lambda: self.clock.seconds, self.ledger, length=length, window=window)
        self.read = ReadDatabase(self.ledger)
        self._length = length
        self._names = (f"{salt}-{number}" for number in count())
        self._before = Contents()
        self._backup: Backup | None = None
        self.relays = [self._relay() for _ in range(2)]
        self.projectors = [self._projector() for _ in range(2)]

    def run(self, task: int, calls: int, fate: Fate = Fate.DONE) -> None:
        """A task makes so many calls, the first of which has this fate."""
        slot, what = TASKS[task % len(TASKS)]
        self._processes[slot].step(what, calls, fate)

    def store(self, aggregates: list[int]) -> None:
        """A transaction."""
        transaction = self.write.begin_one()
        for aggregate in aggregates:
            self.write.add(transaction, aggregate)
        self.write.commit(transaction)

    def begin(self, aggregate: int) -> None:
        """A transaction that stays open."""
        self.write.add(self.write.begin_one(), aggregate)

    def add(self, which: int, aggregate: int) -> None:
        """An open transaction writes more."""
        if self.write.open:
            self.write.add(self.write.open[which % len(self.write.open)], aggregate)

    def end(self, which: int, *, commit: bool) -> None:
        """An open transaction ends."""
        if self.write.open:
            transaction = self.write.open[which % len(self.write.open)]
            (self.write.commit if commit else self.write.roll_back)(transaction)

    def wait(self, seconds: float) -> None:
        """Time goes by."""
        self.clock.seconds += seconds

    def crash(self, slot: int) -> None:
        """A process is killed, and another one started in its place."""
        self._processes[slot].kill()
        if slot < 2:
            self.relays[slot] = self._relay()
        else:
            self.projectors[slot - 2] = self._projector()

    def state(self, state: str) -> None:
        """Redis is as `state` says, or well again."""
        self.server.state = "" if self.server.state == state else state

    def jump(self, seconds: float) -> None:
        """Redis is another machine, with another clock."""
        self.server.ahead += seconds

    def flush(self) -> None:
        """Redis is empty."""
        self.server.contents = Contents()

    def snapshot(self) -> None:
        """Redis as it is will come back."""
        self._before = self.server.contents.copy()

    def bring_back(self) -> None:
        """Redis is as it was."""
        self.server.contents = self._before.copy()

    def harm(self, what: str, number: int, size: int) -> None:
        """One stream, of events or a reply, loses something."""
        streams = self.server.contents.streams
        if not streams:
            return
        key = sorted(streams)[number % len(streams)]
        stream = streams[key]
        match what:
            case "tail":
                del stream.entries[-size:]
                stream.last = stream.entries[-1].sequence if stream.entries else 0
            case "trim":
                del stream.entries[:size]
            case "entry" if stream.entries:
                del stream.entries[size % len(stream.entries)]
            case "groups":
                stream.groups.clear()
            case "delete":
                del streams[key]

    def forget_requests(self) -> None:
        """The requests are lost."""
        self.server.contents.requests.clear()

    def forget_heads(self) -> None:
        """The heads are lost, or those of the last snapshot are back."""
        self.server.contents.heads = None if self.server.contents.heads == self._before.heads else self._before.heads

    def strangers(self, *, relay: bool) -> None:
        """Somebody beats who does nothing, or everybody is forgotten."""
        members = self.server.contents.members.setdefault(RELAYS if relay else PROJECTORS, {})
        if len(members) > 2:
            members.clear()
        else:
            members["stranger"] = self.server.now

    def repeat_look(self, slot: int) -> None:
        """A projector is brought again what it was brought before."""
        self.projectors[slot % 2].stream.again = True

    def back_up(self) -> None:
        """The write database as it is may come back."""
        self._backup = self.write.back_up()

    def restore(self) -> None:
        """The write database goes back to its last backup."""
        if self._backup is not None:
            self.write.restore(self._backup)

    def calm(self) -> None:
        """No more faults, and open transactions are committed."""
        self.server.state = ""
        for projector in self.projectors:
            projector.stream.again = False
        for transaction in list(self.write.open):
            self.write.commit(transaction)

    def round(self) -> None:
        """A second, in which everybody gets enough done."""
        self.clock.seconds += 1
        for process in self._processes:
            for what in process.tasks:
                process.step(what, CALLS[what])

    def signs(self) -> dict[str, int]:
        """How often something had to be healed."""
        journals = [projector.journal for projector in self.projectors]
        return {
            "refused": sum(len(relay.observer.refusals) for relay in self.relays),
            "failed": sum(len(relay.observer.failures) for relay in self.relays),
            "gaps": sum(len(journal.gaps) for journal in journals),
            "asked": sum(len(journal.asks) for journal in journals),
            "skipped": sum(journal.skips for journal in journals),
        }

    def close(self) -> None:
        """Nobody runs any more."""
        for process in self._processes:
            process.kill()

    @property
    def _processes(self) -> list[RelayProcess | ProjectorProcess]:
        return [*self.relays, *self.projectors]

    def _relay(self) -> RelayProcess:
        return RelayProcess(next(self._names), self.write, self.server, self.clock, self._length)

    def _projector(self) -> ProjectorProcess:
        return ProjectorProcess(next(self._names), self.read, self.server, self.clock)


@contextmanager
def small_numbers() -> Iterator[None]:
    """What is thousands in the services is a handful here, so that few events already take several turns."""
    with patch.object(replay, "CHUNK", 4), patch.object(relay, "MANY", 4):
        yield
