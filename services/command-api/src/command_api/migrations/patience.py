"""Locks are asked for briefly and often: behind a migration that waits for a table, everybody else waits too."""

import random
import time
from collections.abc import Callable
from typing import Final, NamedTuple

from psycopg.errors import DeadlockDetected, LockNotAvailable
from sqlalchemy.exc import OperationalError

_FIRST_PAUSE: Final = 0.2
_LONGEST_PAUSE: Final = 5.0


class Patience(NamedTuple):
    """How long a migration waits for any one lock, in seconds, and how often it is tried."""

    lock_seconds: float = 1.0
    attempts: int = 20

    @property
    def setting(self) -> str:
        """For Postgres' `lock_timeout`, of which 0 would mean for ever."""
        return f"{max(1, round(self.lock_seconds * 1_000))}ms"


class HeldUp(Exception):
    """A lock was not to be had, however often it was tried. What was not applied is not there at all."""


def patiently(attempt: Callable[[], None], patience: Patience, oldest: Callable[[], str]) -> None:
    """Run `attempt`, a transaction that may give way to others, until it succeeds.

    `oldest` names the transaction that has been open for longest, for the message. Raises HeldUp.
    """
    for number in range(1, patience.attempts + 1):
        try:
            return attempt()
        except OperationalError as error:
            if not isinstance(error.orig, LockNotAvailable | DeadlockDetected):
                raise
        if number < patience.attempts:
            pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** (number - 1))
            time.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311 - spreads the load, guards nothing
    waited = f"{patience.attempts} attempts of {patience.lock_seconds:g} s"
    raise HeldUp(f"no lock on the tables within {waited}; {oldest()}")
