"""What is told of the questions that outside systems are asked, to whoever watches over them."""

from collections.abc import Callable
from typing import Literal, Protocol

Ending = Literal["answered", "no_answer", "not_asked", "given_up"]
"""How a question ended: with an answer that can be used; without one; unasked, as the system has failed too often just
now; or because nobody waits for the answer any more."""


class Watch(Protocol):
    """Watches over one system."""

    def __call__(self, ending: Ending, seconds: float, circuit_open: bool, /) -> None:
        """A question has ended, after so long, all its attempts together.

        `circuit_open`: the next question will not be asked, or just one will, to see whether the system is back.
        """
        ...


Watching = Callable[[str], Watch]
"""From a system's name, such as `inventory`, to who watches over it from now on."""


def unwatched(_system: str) -> Watch:
    """Nobody watches over any system."""
    return lambda _ending, _seconds, _circuit_open: None
