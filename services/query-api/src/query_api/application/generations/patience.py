"""What others hold up for a moment is tried again, after growing pauses: an attempt may hold others up as well."""

import time
from collections.abc import Callable
from typing import Final, TypeVar

from query_api.application.generations.errors import NotYet

_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 2.0
T = TypeVar("T")


def patiently(attempt: Callable[[], T], seconds: float) -> T:
    """What `attempt` answers. Raises what it raises; NotYet only when `seconds` are over, but after one attempt."""
    deadline, pause = time.monotonic() + seconds, _FIRST_PAUSE
    while True:
        try:
            return attempt()
        except NotYet:
            left = deadline - time.monotonic()
            if left <= 0:
                raise
        time.sleep(min(pause, left))
        pause = min(2 * pause, _LONGEST_PAUSE)
