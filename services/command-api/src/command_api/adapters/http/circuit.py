"""A circuit breaker: whoever does not answer is left alone for a while, so that nobody waits for him in vain.

Michael Nygard, Release It!, "Circuit Breaker". Ours, for want of one for asyncio that is kept up and lets one call
through at a time while it tries.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum


class NoAnswer(Exception):
    """The outside system gave no answer that can be used. The message says why, for operators."""


class CircuitOpen(NoAnswer):
    """It was not asked at all, because it has failed too often just now."""


class State(StrEnum):
    """What becomes of a call."""

    CLOSED = "closed"
    """It goes out."""
    OPEN = "open"
    """It does not."""
    HALF_OPEN = "half_open"
    """It does not either: one is out already, to see whether the other side is back."""


class CircuitBreaker:
    """Opens after `failures` in a row, and after `rest_seconds` lets one call through, which decides how it goes on."""

    def __init__(self, clock: Callable[[], float], *, failures: int = 5, rest_seconds: float = 10.0) -> None:
        """`clock` answers seconds and never goes back, as `time.monotonic` does."""
        self._clock = clock
        self._most = failures
        self._rest = rest_seconds
        self._failures = 0
        self._opened_at = 0.0
        self._state = State.CLOSED

    @property
    def state(self) -> State:
        """As it was after the last call."""
        return self._state

    @contextmanager
    def call(self) -> Iterator[None]:
        """Around one call. NoAnswer is a failure, whatever else is raised says nothing about the other side.

        Raises CircuitOpen where the call must not be made.
        """
        tries = self._admit()
        try:
            yield
        except NoAnswer:
            self._failed(tries)
            raise
        except BaseException:
            if tries:
                self._state = State.OPEN  # the rest is over: the next call tries
            raise
        self._succeeded(tries)

    def _admit(self) -> bool:
        """Whether the call is the one that tries."""
        if self._state is State.CLOSED:
            return False
        if self._state is State.OPEN and self._clock() - self._opened_at >= self._rest:
            self._state = State.HALF_OPEN
            return True
        raise CircuitOpen("it has failed too often just now, and is left alone for a while")

    def _failed(self, tries: bool) -> None:
        self._failures += 1
        if tries or (self._state is State.CLOSED and self._failures >= self._most):
            self._state = State.OPEN
            self._opened_at = self._clock()

    def _succeeded(self, tries: bool) -> None:
        if tries or self._state is State.CLOSED:
            self._state = State.CLOSED
            self._failures = 0
