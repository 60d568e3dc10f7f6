"""What a client wants to do next: decided by dice alone, so that a seed gives the same wishes whatever happens."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

from tests.drills.told import Kind

SKUS: Final = tuple(f"DRILL-{number:02}" for number in range(20))
_WISHES: Final[dict[Kind, int]] = {
    "create": 24, "add": 22, "change": 15, "remove": 3, "address": 4, "confirm": 13, "cancel": 4, "discard": 4,
    "ship": 7, "deliver": 4, "note": 5,
}  # fmt: skip
HOT: Final = frozenset({"add", "change", "remove", "address", "note"})
"""What is also done to the orders that all clients fight over."""


@dataclass(frozen=True, slots=True)
class Wish:
    """`pick` and `hot` choose an order (0 to 1 each), `read` and `again` whether to read and to retry.

    `later` decides whether to wait for the answer, `follow` whether to look what became of it, `key` whether the
    request has one.
    """

    kind: Kind
    hot: float
    pick: float
    skus: tuple[str, ...]
    quantity: int
    read: float
    again: float
    later: float
    follow: float
    key: float
    wait: float
    """Seconds to the next one, for a client that sends one a second."""


def wishes(seed: str) -> Iterator[Wish]:
    """A client's wishes, without end; the same ones for the same seed."""
    dice = Random(seed)
    kinds, weights = tuple(_WISHES), tuple(_WISHES.values())
    while True:
        yield Wish(
            kind=dice.choices(kinds, weights)[0],
            hot=dice.random(),
            pick=dice.random(),
            skus=tuple(dice.sample(SKUS, dice.randint(1, 4))),
            quantity=dice.randint(1, 9),
            read=dice.random(),
            again=dice.random(),
            later=dice.random(),
            follow=dice.random(),
            key=dice.random(),
            wait=dice.expovariate(1.0),
        )
