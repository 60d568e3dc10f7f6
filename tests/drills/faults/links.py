"""Links cut, slowed, and turned into a black hole."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from tests.drills.faults.proof import NotHappened, Scene
from tests.drills.links import LOOPBACK, Link
from tests.drills.pace import TooLate, until, until_after
from tests.drills.schedule import Fault

DELAY: Final = 0.2
"""Seconds, in each direction."""
NOTICED_WITHIN: Final = 2.0


async def cut_link(scene: Scene, fault: Fault) -> str:
    """Connections reset, and new ones too for `seconds`."""
    link = scene.system.links[fault.target]
    before = link.dropped, link.refused
    link.cut()
    try:
        await _stay(link, fault)
    finally:
        link.restore()
    return f"{link.dropped - before[0]} connections reset, {link.refused - before[1]} refused, {fault.seconds:.1f} s"


async def slow_link(scene: Scene, fault: Fault) -> str:
    """Everything arrives later."""
    link = scene.system.links[fault.target]
    before = link.delayed
    link.slow_down(DELAY)
    try:
        await _stay(link, fault)
    finally:
        link.restore()
    return f"{link.delayed - before} pieces {DELAY * 1000:.0f} ms late, for {fault.seconds:.1f} s"


async def swallow_link(scene: Scene, fault: Fault) -> str:
    """Nothing arrives for `seconds`; then late, or never."""
    link = scene.system.links[fault.target]
    before, late = link.held, fault.amount < 0.5
    link.swallow()
    try:
        await _stay(link, fault)
    finally:
        held = link.held - before
        link.restore(reset=not late)
    return f"{held} pieces held for {fault.seconds:.1f} s, then {'delivered' if late else 'lost'}"


async def _stay(link: Link, fault: Fault) -> None:
    """For `seconds`; a connection of our own meets the fault too, lest nobody sends anything meanwhile."""
    before = _met(link)

    async def complaint() -> str | None:
        return None if _met(link) > before else "nothing has met the fault"

    with _knocking(link):
        try:
            await until(complaint, NOTICED_WITHIN)
        except TooLate as error:
            raise NotHappened(str(error)) from None
        await until_after(fault.seconds)


@contextmanager
def _knocking(link: Link) -> Iterator[None]:
    """An empty line, sent through the link: no engine takes it for more than noise."""

    async def knock() -> None:
        with suppress(OSError):
            _, writer = await asyncio.open_connection(LOOPBACK, link.port)
            try:
                writer.write(b"\r\n")
                await asyncio.get_running_loop().create_future()
            finally:
                writer.close()

    knocking = asyncio.get_running_loop().create_task(knock())
    try:
        yield
    finally:
        knocking.cancel()


def _met(link: Link) -> int:
    return link.refused + link.delayed + link.held
