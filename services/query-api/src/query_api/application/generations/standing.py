"""Where generations stand, as plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Live:
    """Which generation questions are answered from, since when, and which one was before (None: none is kept)."""

    generation: str
    previous: str | None
    promoted_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a generation is.

    `sequences` tells, by partition, the number of the last event that was applied or set apart. `epoch` is that of the
    log; None where no projector has begun to fill the generation.
    """

    generation: str
    epoch: int | None
    sequences: Mapping[int, int]
    parked: int

    def behind(self, other: "Standing") -> dict[int, int]:
        """By partition of `other`, how many events this one has yet to apply to be as far; 0 where it is ahead."""
        return {
            partition: max(0, sequence - self.sequences.get(partition, 0))
            for partition, sequence in sorted(other.sequences.items())
        }

    def is_at(self, other: "Standing") -> bool:
        """Whether both have applied the very same events."""
        return (self.epoch, dict(self.sequences)) == (other.epoch, dict(other.sequences))


@dataclass(frozen=True, slots=True)
class Report:
    """What there is of one generation. `rows` are by read model; estimates unless counted."""

    standing: Standing
    rows: Mapping[str, int]
    missing_indexes: Sequence[str]


@dataclass(frozen=True, slots=True)
class Contents:
    """One read model of one generation: its rows and a digest of them that does not depend on their order."""

    rows: int
    digest: str


@dataclass(frozen=True, slots=True)
class Compared:
    """One read model, in the live generation and in the other one."""

    read_model: str
    live: Contents
    other: Contents

    @property
    def same(self) -> bool:
        return self.live == self.other


@dataclass(frozen=True, slots=True)
class Switched:
    """From which generation to which. `lost` is how many events the new one had yet to apply: 0 but for force."""

    live: str
    previous: str
    lost: int
