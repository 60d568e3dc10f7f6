"""Lets go of what a generation's projectors have left in Redis, once nobody fills it any more.

A bookmark that nobody moves holds the streams back: relays keep what it has not passed, up to their cap. Nothing can be
lost by it: a projector that comes again makes its bookmark anew, and asks for what it misses.
"""

from typing import Protocol


class StillFilled(Exception):
    """Projectors of the generation live. Nothing was changed."""


class Leftovers(Protocol):
    """What the projectors of one generation leave in Redis. All methods raise Unavailable."""

    async def alive(self) -> frozenset[str]:
        """Which of its projectors have been heard of lately; those that have not are taken off the list."""
        ...

    async def remove(self) -> int:
        """Take its bookmarks away, of all partitions and epochs. Answers how many there were."""
        ...


async def forget(leftovers: Leftovers) -> int:
    """Answers how many bookmarks were taken away. Raises StillFilled, and Unavailable."""
    if alive := await leftovers.alive():
        raise StillFilled(f"projectors of it live: {', '.join(sorted(alive))}; stop them first")
    return await leftovers.remove()
