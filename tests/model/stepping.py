"""Runs coroutines without an event loop, one call of an engine at a time.

Every call of a port first waits for a `Fate`. So a task that is not stepped is a process that is paused just before a
call arrives, and one that is stopped there was killed.
"""

from collections.abc import Callable, Coroutine, Generator
from contextlib import suppress
from enum import Enum, auto
from typing import Any, Final, TypeVar

T = TypeVar("T")


class Violation(AssertionError):
    """Something has happened that must never happen."""


class Refusal(Exception):
    """An engine does not do what it was asked; in its own words."""


class _Killed(BaseException):
    """Ends a task."""


class Fate(Enum):
    """What becomes of a call: it is done; it is refused and nothing happens; it is done and the answer is lost."""

    DONE = auto()
    REFUSED = auto()
    LOST = auto()


class _Moment:
    def __await__(self) -> Generator[None, Fate, Fate]:
        return (yield)


MOMENT: Final = _Moment()
"""What every call waits for."""


async def call(failure: type[Exception], effect: Callable[[], T]) -> T:
    """The answer of `effect`, which happens at once, when its moment comes. Raises `failure`."""
    fate = await MOMENT
    if fate is Fate.REFUSED:
        raise failure("refused")
    try:
        answer = effect()
    except Refusal as refusal:
        raise failure(str(refusal)) from refusal
    if fate is Fate.LOST:
        raise failure("the answer was lost")
    return answer


class Task:
    """A coroutine that has come to its first call."""

    def __init__(self, work: Coroutine[Any, Any, Any]) -> None:
        self._work = work
        self.done = False
        self.result: Any = None
        self.error: Exception | None = None
        self._go(None)

    def step(self, fate: Fate = Fate.DONE) -> None:
        """Let the call happen, and go on to the next. Whatever the coroutine raises is kept, but for violations."""
        if not self.done:
            self._go(fate)

    def kill(self) -> None:
        """Not another step. `close` would stumble over asynchronous generators that wait (Python 3.11)."""
        if not self.done:
            self.done = True
            with suppress(_Killed):
                self._work.throw(_Killed())

    def _go(self, fate: Fate | None) -> None:
        try:
            self._work.send(fate)
        except StopIteration as stop:
            self.done, self.result = True, stop.value
        except Violation as violation:
            self.done, self.error = True, violation
            raise
        except Exception as error:  # noqa: BLE001
            self.done, self.error = True, error


class Process:
    """Tasks that live and die together. None of them ever ends by itself."""

    def __init__(self, name: str, **tasks: Coroutine[Any, Any, None]) -> None:
        self.name = name
        self.tasks = {what: Task(work) for what, work in tasks.items()}

    def step(self, what: str, calls: int = 1, fate: Fate = Fate.DONE) -> None:
        """So many calls of one task, the first of which has this fate."""
        task = self.tasks[what]
        for _ in range(calls):
            task.step(fate)
            fate = Fate.DONE
            if isinstance(task.error, Violation):
                raise task.error
            if task.done:
                raise Violation(f"{self.name} has ended: {task.error!r}") from task.error

    def kill(self) -> None:
        """As by `kill -9`."""
        for task in self.tasks.values():
            task.kill()
