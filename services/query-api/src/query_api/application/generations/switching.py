"""Which generation is live: promotion, and the way back.

No client may see a version go back. So the switch is made while the live generation stands still, and only when the
other one has applied every event that the live one has, and has set none of them apart.
"""

import time
from collections.abc import Iterator
from typing import Final

from query_api.application.generations.errors import NotYet, Refused
from query_api.application.generations.patience import patiently
from query_api.application.generations.ports import Generations, Standstill
from query_api.application.generations.standing import Standing, Switched

CLOSE: Final = 1_000
"""Events of one partition. With more to apply, the other one would not arrive during a standstill."""
STANDSTILL_SECONDS: Final = 0.3
"""How long the live generation may be kept waiting for the other one to arrive."""
_LOOK_SECONDS: Final = 0.005


def promote(generations: Generations, name: str, wait_seconds: float) -> Switched:
    """Make `name` live. Raises Refused; what may pass by itself, only after `wait_seconds`."""
    return _switch(generations, name, wait_seconds, force=False)


def roll_back(generations: Generations, wait_seconds: float, *, force: bool) -> Switched:
    """Make the previous generation live again, under the same conditions. Raises Refused.

    With `force` also one that lacks events: clients then see versions go back until its projector has applied them.
    """
    previous = generations.live().previous
    if previous is None:
        raise Refused("no previous generation is kept")
    return _switch(generations, previous, wait_seconds, force=force)


def must_be_there(generations: Generations, name: str) -> None:
    """Raises Refused for a generation that does not exist."""
    if name not in (names := generations.names()):
        raise Refused(f"there is no generation {name}; there are {', '.join(names)}")


def _switch(generations: Generations, name: str, wait_seconds: float, *, force: bool) -> Switched:
    must_be_there(generations, name)
    if not force and (differences := generations.differences(name)):
        raise Refused(f"{name} is not as it should be: {'; '.join(differences)}")
    if missing := generations.missing_indexes(name):
        raise Refused(f"{name} lacks indexes: {', '.join(missing)}; `generation index {name}` builds them")
    return patiently(lambda: _attempt(generations, name, force=force), wait_seconds)


def _attempt(generations: Generations, name: str, *, force: bool) -> Switched:
    if not force:
        _close_enough(generations.standing(generations.live().generation), generations.standing(name))
    with generations.standstill(name) as still:
        return _at_standstill(still, name, force=force)


def _at_standstill(still: Standstill, name: str, *, force: bool) -> Switched:
    if still.live.generation == name:
        raise Refused(f"{name} is live already")
    other = next((one for one in _looks(still) if _lacks(one, still.live) == 0), None) or still.other()
    if not force:
        _close_enough(still.live, other)
        _nothing_lacks(still.live, other)
    # Held, or a projector that begins a new epoch could empty it between this look and the switch.
    held = still.hold()
    _same_log(still.live, held)
    if not force:
        _nothing_lacks(still.live, held)
        _nothing_astray(still, held)
    still.switch()
    return Switched(name, still.live.generation, _lacks(held, still.live))


def _looks(still: Standstill) -> Iterator[Standing]:
    """The other one, again and again for as long as the live one may be kept waiting."""
    until = time.monotonic() + STANDSTILL_SECONDS
    while time.monotonic() < until:
        yield still.other()
        time.sleep(_LOOK_SECONDS)


def _lacks(other: Standing, live: Standing) -> int:
    return sum(other.behind(live).values())


def _same_log(live: Standing, other: Standing) -> None:
    if live.epoch is not None and other.epoch is None:
        raise NotYet(f"{other.generation} has no checkpoints: no projector has begun to fill it")
    if live.epoch != other.epoch:
        raise Refused(f"{other.generation} is at epoch {other.epoch} of the log, {live.generation} at {live.epoch}")


def _close_enough(live: Standing, other: Standing) -> None:
    _same_log(live, other)
    if max(other.behind(live).values(), default=0) > CLOSE:
        raise _behind(live, other)


def _nothing_lacks(live: Standing, other: Standing) -> None:
    if _lacks(other, live):
        raise _behind(live, other)


def _nothing_astray(still: Standstill, other: Standing) -> None:
    if astray := still.astray():
        raise Refused(
            f"{other.generation} has set apart {astray} of the events that {still.live.generation} has applied"
        )


def _behind(live: Standing, other: Standing) -> NotYet:
    lacking = {partition: events for partition, events in other.behind(live).items() if events}
    where = ", ".join(f"{events} in partition {partition}" for partition, events in lacking.items())
    return NotYet(f"{other.generation} lacks {sum(lacking.values())} of the events of {live.generation}: {where}")
