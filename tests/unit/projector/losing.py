"""Projectors whose streams have lost something."""

from datetime import timedelta

from tests.fakes.projector_events import START, NumberedLog, life_of
from tests.unit.projector.projecting import Projecting


async def begin(log: NumberedLog) -> Projecting:
    """Three events are applied; the fourth is lost, and more have come behind it."""
    projecting = Projecting()
    await projecting.start(log)
    await projecting.stream.put(0, log.append(0, life_of(1)))
    projecting.stream.lose(0, 4)
    await projecting.turn(3)
    return projecting


async def heads(projecting: Projecting, log: NumberedLog, second: int) -> None:
    await projecting.stream.say(log.heads(second, at=START + timedelta(seconds=second)))


async def emptied(log: NumberedLog, orders: int) -> Projecting:
    """Nothing is applied, and the streams are empty: all must be asked for."""
    projecting = Projecting()
    log.append(0, [event for name in range(orders) for event in life_of(name)])
    await projecting.start(log)
    await projecting.turn()
    return projecting


async def follow(projecting: Projecting, log: NumberedLog, sequence: int) -> None:
    """Turns, and answers of a relay, up to that event of partition 0."""
    for _ in range(200):
        if (await projecting.sequences())[0] == sequence:
            return
        await projecting.answer(log)
        await projecting.turn()
    raise AssertionError(f"it never comes to {sequence}")
