"""Generations of read models in memory."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from query_api.application.generations.errors import NotYet, Refused
from query_api.application.generations.standing import Compared, Contents, Live, Report, Standing
from tests.suites.query_rows import OrderRow

LATE: Final = ("newest", "of_a_customer")
READ_MODELS: Final = ("order_view", "product_view")
_SHAPE: Final = frozenset({"order_view.order_id uuid NOT NULL", "SELECT on order_view for orders_query"})


def _nothing() -> None:
    """Nobody does anything meanwhile."""


@dataclass
class _Generation:
    epoch: int | None = None
    sequences: dict[int, int] = field(default_factory=dict)
    parked: set[tuple[int, int]] = field(default_factory=set)
    rows: dict[str, dict[str, str]] = field(default_factory=lambda: {name: {} for name in READ_MODELS})
    indexes: set[str] = field(default_factory=set)
    shape: set[str] = field(default_factory=lambda: set(_SHAPE))


class InMemoryGenerations:
    """`meanwhile` is done before each look at how far a generation is; `locked` is how many attempts must give way."""

    def __init__(self) -> None:
        self._all = {"g1": _Generation(indexes=set(LATE))}
        self._live = Live("g1", None, datetime(2026, 11, 22, tzinfo=UTC))
        self.meanwhile: Callable[[], None] = _nothing
        self.locked = 0

    def stands(self, generation: str, *sequences: int, epoch: int = 1) -> None:
        """Its projector has applied so many events of each partition; without any, it has not begun."""
        one = self._all[generation]
        one.epoch, one.sequences = epoch if sequences else None, dict(enumerate(sequences))

    def parks(self, generation: str, partition: int, sequence: int) -> None:
        """Its projector has set an event apart."""
        self._all[generation].parked.add((partition, sequence))

    def holds(self, generation: str, order: OrderRow) -> None:
        """It has this document of an order."""
        self._all[generation].rows["order_view"][str(order.order_id)] = order.document().decode()

    def loses_index(self, generation: str, name: str) -> None:
        """An index is not there any more."""
        self._all[generation].indexes.remove(name)

    def loses_right(self, generation: str) -> None:
        """query-api may no longer read its orders."""
        self._all[generation].shape.remove("SELECT on order_view for orders_query")

    def names(self) -> list[str]:
        """See Generations."""
        return sorted(self._all, key=lambda name: int(name[1:]))

    def live(self) -> Live:
        """See Generations."""
        return self._live

    def create(self, name: str) -> None:
        """See Generations."""
        if name in self._all:
            raise Refused(f"{name} has just been made by somebody else")
        self._all[name] = _Generation()

    def differences(self, name: str) -> list[str]:
        """See Generations."""
        wanted, found = self._all[self._live.generation].shape, self._all[name].shape
        return [
            *(f"lacks {line}" for line in sorted(wanted - found)),
            *(f"has {line}" for line in sorted(found - wanted)),
        ]

    def missing_indexes(self, name: str) -> list[str]:
        """See Generations."""
        return [index for index in LATE if index not in self._all[name].indexes]

    def build_indexes(self, name: str, told: Callable[[str], None]) -> list[str]:
        """See Generations."""
        missing = self.missing_indexes(name)
        for index in missing:
            told(index)
            self._all[name].indexes.add(index)
        return missing

    def standing(self, name: str) -> Standing:
        """See Generations."""
        self.meanwhile()
        return self._standing(name)

    def report(self, name: str, *, exact: bool) -> Report:
        """See Generations. What is estimated here is right."""
        rows = {model: len(found) for model, found in self._all[name].rows.items()}
        return Report(self.standing(name), rows, self.missing_indexes(name))

    def compared(self, name: str) -> list[Compared] | None:
        """See Generations."""
        self.meanwhile()
        live = self._live.generation
        if not self._standing(live).is_at(self._standing(name)):
            return None
        return [Compared(model, self._contents(live, model), self._contents(name, model)) for model in READ_MODELS]

    @contextmanager
    def standstill(self, name: str) -> Iterator["InMemoryStandstill"]:
        """See Generations."""
        self._give_way()
        before = self._live
        try:
            yield InMemoryStandstill(self, self._standing(before.generation), name)
        except BaseException:
            self._live = before
            raise

    def drop(self, name: str) -> None:
        """See Generations."""
        self._give_way()
        if name == self._live.generation:
            raise Refused(f"{name} is live")
        del self._all[name]
        if name == self._live.previous:
            self._live = Live(self._live.generation, None, self._live.promoted_at)

    def astray(self, live: str, other: str) -> int:
        """See Standstill."""
        applied = self._all[live].sequences
        apart = self._all[other].parked - self._all[live].parked
        return sum(sequence <= applied.get(partition, 0) for partition, sequence in apart)

    def switch(self, name: str) -> None:
        """See Standstill."""
        self._live = Live(name, self._live.generation, self._live.promoted_at + timedelta(seconds=1))

    def _standing(self, name: str) -> Standing:
        one = self._all[name]
        return Standing(name, one.epoch, dict(one.sequences), len(one.parked))

    def _contents(self, name: str, model: str) -> Contents:
        rows: Sequence[tuple[str, str]] = sorted(self._all[name].rows[model].items())
        return Contents(len(rows), repr(rows))

    def _give_way(self) -> None:
        if self.locked:
            self.locked -= 1
            raise NotYet("no lock on the tables")


class InMemoryStandstill:
    """See Standstill."""

    def __init__(self, generations: InMemoryGenerations, live: Standing, name: str) -> None:
        self.live = live
        self._generations = generations
        self._name = name

    def other(self) -> Standing:
        """See Standstill."""
        return self._generations.standing(self._name)

    def hold(self) -> Standing:
        """See Standstill."""
        return self._generations.standing(self._name)

    def astray(self) -> int:
        """See Standstill."""
        return self._generations.astray(self.live.generation, self._name)

    def switch(self) -> None:
        """See Standstill."""
        self._generations.switch(self._name)
