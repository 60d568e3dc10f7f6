"""Which faults come when: decided by a seed alone."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from tests.drills.system import LINKS, PROCESSES

PARTITIONS: Final = 8
ROUNDS_OF_A_SYSTEM: Final = 25
"""Then a drill goes on with a new system: a check reads the whole log, which would grow for ever."""
REDIS: Final = frozenset({"redis"})


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fault: what it may be done to, and for how many seconds (shortest, longest, usual)."""

    name: str
    targets: tuple[str, ...]
    seconds: tuple[float, float, float]
    takes: frozenset[str] = frozenset()
    """What no other fault may touch at the same time, beside its target."""


_KEYS: Final = tuple(f"partition {number}" for number in range(PARTITIONS))
KINDS: Final = (
    Kind("kill", PROCESSES, (0.0, 2.0, 0.3)),
    Kind("terminate", PROCESSES, (0.0, 2.0, 0.3)),
    Kind("pause", PROCESSES, (1.0, 10.0, 2.0)),
    Kind("flush-all", ("redis",), (0.0, 0.0, 0.0)),
    Kind("flush-scripts", ("redis",), (0.0, 0.0, 0.0), REDIS),
    Kind("delete-stream", _KEYS, (0.0, 0.0, 0.0), REDIS),
    Kind("destroy-group", _KEYS, (0.0, 0.0, 0.0), REDIS),
    Kind("lose-unread", _KEYS, (0.0, 0.0, 0.0), REDIS | {"projector-1", "projector-2", "read-db"}),
    Kind("fill-memory", ("redis",), (2.0, 6.0, 3.0)),
    Kind("cannot-save", ("redis",), (2.0, 6.0, 3.0)),
    Kind("read-only", ("redis",), (2.0, 6.0, 3.0)),
    Kind("cut-file", ("redis",), (0.0, 1.0, 0.2)),
    Kind("older-file", ("redis",), (1.0, 4.0, 2.0)),
    Kind("cut-link", LINKS, (0.0, 4.0, 1.0)),
    Kind("slow-link", LINKS, (2.0, 6.0, 3.0)),
    Kind("swallow-link", LINKS, (1.0, 8.0, 2.0)),
    Kind("hold-transaction", ("write-db",), (3.0, 8.0, 4.0)),
    Kind("poison", ("write-db",), (0.0, 1.0, 0.3)),
)
LONGEST: Final = 60.0
"""Seconds that a process may stand still, or a link be a black hole, in the long form."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault, to begin `after` seconds. `amount` (0 to 1) settles what its kind leaves open."""

    kind: str
    target: str
    after: float
    seconds: float
    amount: float


@dataclass(frozen=True, slots=True)
class Round:
    """What is done to a system under load. The first round of every system is without faults.

    `name` is of a round that no dice have chosen.
    """

    number: int
    seed: str
    faults: tuple[Fault, ...]
    name: str = ""

    @property
    def is_first(self) -> bool:
        """Whether it begins a new system."""
        return (self.number - 1) % ROUNDS_OF_A_SYSTEM == 0


def rounds(
    seed: int, *, long: bool = False, only: frozenset[str] = frozenset(), at: frozenset[str] = frozenset()
) -> Iterator[Round]:
    """Rounds without end. All kinds come before one comes again; every third round has two or three at once.

    `only` these kinds happen, and `at` these targets; without them, all do.
    """
    dice = Random(f"schedule {seed}")
    kinds = chosen(only, at)
    deck: list[Kind] = []
    number = 0
    while True:
        number += 1
        calm = (number - 1) % ROUNDS_OF_A_SYSTEM == 0
        faults: list[Fault] = []
        taken: set[str] = set()
        for _ in range(0 if calm else dice.choice((1, 1, 2)) if number % 3 else dice.choice((2, 3))):
            deck = deck or dice.sample(kinds, len(kinds))
            kind = deck.pop()
            fault = _fault(dice, kind, long)
            if not taken & {fault.target, *kind.takes}:
                taken |= {fault.target, *kind.takes}
                faults.append(fault)
        yield Round(number, f"{seed}/{number}", tuple(faults))


def chosen(only: frozenset[str], at: frozenset[str]) -> list[Kind]:
    """The kinds that are `only`, with those of their targets that are `at`; empty sets leave nothing out."""
    kinds = [kind for kind in KINDS if not only or kind.name in only]
    if at:
        kinds = [replace(kind, targets=tuple(one for one in kind.targets if one in at)) for kind in kinds]
    return [kind for kind in kinds if kind.targets]


def _fault(dice: Random, kind: Kind, long: bool) -> Fault:
    shortest, longest, usual = kind.seconds
    seconds = dice.triangular(shortest, longest, usual)
    if kind.name in {"pause", "swallow-link"} and long and dice.random() < 0.15:
        seconds = dice.uniform(longest, LONGEST)
    return Fault(kind.name, dice.choice(kind.targets), dice.uniform(0.0, 1.0), seconds, dice.random())
