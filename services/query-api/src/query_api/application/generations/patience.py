"""What others hold up for a moment is tried again."""

import time
from collections.abc import Callable
from typing import Final, TypeVar

from query_api.application.generations.errors import NotYet

_PAUSE_SECONDS: Final = 0.1
T = TypeVar("T")


def patiently(attempt: Callable[[], T], seconds: float) -> T:
    """What `attempt` answers. Raises what it raises; NotYet only when `seconds` are over, but after one attempt."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return attempt()
        except NotYet:
            if time.monotonic() + _PAUSE_SECONDS > deadline:
                raise
            time.sleep(_PAUSE_SECONDS)
