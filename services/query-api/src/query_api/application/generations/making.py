"""Making generations and getting rid of them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from query_api.application.generations.errors import Refused
from query_api.application.generations.patience import patiently
from query_api.application.generations.ports import Generations
from query_api.application.generations.switching import must_be_there

_NAME: Final = re.compile(r"g[1-9][0-9]{0,8}")


@dataclass(frozen=True, slots=True)
class Created:
    """The generation, and whether it was made just now or was there."""

    name: str
    new: bool


def named(name: str) -> str:
    """`name`, if it may be that of a generation: g1, g2, ... Raises ValueError."""
    if _NAME.fullmatch(name) is None:
        raise ValueError(f"{name!r} is not the name of a generation, such as g2")
    return name


def create(generations: Generations, name: str | None) -> Created:
    """Make the generation `name`, or else the next one. Raises Refused where one of this name is there and differs."""
    names = generations.names()
    wanted = name or f"g{1 + max((int(one[1:]) for one in names), default=0)}"
    if wanted not in names:
        generations.create(wanted)
        return Created(wanted, new=True)
    if differences := generations.differences(wanted):
        raise Refused(f"{wanted} is there and is not as it should be: {'; '.join(differences)}")
    return Created(wanted, new=False)


def index(generations: Generations, name: str, told: Callable[[str], None]) -> list[str]:
    """Build the indexes that `name` lacks; `told` hears of each that is begun. The names. Raises Refused."""
    must_be_there(generations, name)
    return generations.build_indexes(name, told)


def drop(generations: Generations, name: str, wait_seconds: float) -> None:
    """Drop `name` with all it holds. Raises Refused where it is live, or locked for longer than `wait_seconds`."""
    must_be_there(generations, name)
    patiently(lambda: generations.drop(name), wait_seconds)
