"""Compares the read models with the log, row by row, while a projector goes on with them.

The log is folded once more, into a scratch: a reader like any other, that comes to the checkpoints of a snapshot and
stops there. What differs then is a difference, not a delay.
"""

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from projector.application.bounded_stream import BoundedStream
from projector.application.consumer import Consumer
from projector.application.log import Aggregate, Stored
from projector.application.ports import Clock, Unavailable
from projector.application.projections.catalogue import (
    OF_COMMANDS,
    OF_EVENTS,
    OF_ORDERS,
    OF_PRODUCTS,
    OF_SALES,
    READ_MODELS,
)
from projector.application.projections.read_model import Kind, ReadModel
from projector.application.verifying_ports import Difference, LiveModels, Scratch, Snapshot, Texts

PATIENCE: Final = 60.0
"""Seconds without any event after which the log is given up."""
LOOKS: Final = 4
KEPT: Final = 1_000
"""Differences that a report names, and that are mended in one go; the others are counted."""
_OWNERS: Final[Mapping[ReadModel[Any], str]] = {
    **dict.fromkeys((*OF_ORDERS, *OF_EVENTS), "order"),
    **dict.fromkeys(OF_PRODUCTS, "product"),
    **dict.fromkeys(OF_COMMANDS, "command"),
}
"""Whose rows a read model has, by the aggregate's type; those that add up have everybody's."""


@dataclass(slots=True)
class Report:
    """What a look at all read models came to. Counts are by table.

    `set_aside` are the aggregates of which events are parked here or there: their rows are not compared, and nothing
    that adds up over all.
    """

    events: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    different: dict[str, int] = field(default_factory=dict)
    found: list[Difference] = field(default_factory=list)
    set_aside: frozenset[Aggregate] = frozenset()
    mended: int = 0

    @property
    def count(self) -> int:
        """How many rows differ."""
        return sum(self.different.values())


class Verification:
    """Looks as often as it is asked to; the log is folded once. `tell` hears how many events are, of how many."""

    def __init__(
        self,
        stream: BoundedStream,
        consumer: Consumer,
        scratch: Scratch,
        live: LiveModels,
        *,
        clock: Clock,
        tell: Callable[[int, int], None],
    ) -> None:
        """`consumer` reads `stream` into `scratch`."""
        self._stream = stream
        self._consumer = consumer
        self._scratch = scratch
        self._live = live
        self._clock = clock
        self._tell = tell

    async def begin(self) -> None:
        """Come near to the checkpoints of the read models: what takes long, before any snapshot is held for it."""
        await self._scratch.prepare()
        async with self._live.snapshot() as seen:
            stands = seen.stands
        await self._reach(stands)

    async def look(self) -> Report:
        """Compare everything at one moment. Raises Unavailable."""
        async with self._live.snapshot() as seen:
            await self._reach(seen.stands)
            return await self._compared(seen)

    async def mend(self, report: Report) -> int:
        """Mend what `report` names. Answers how many rows were."""
        return await self._live.mend(report.found)

    async def _reach(self, stands: Stored) -> None:
        wanted = {number: checkpoint.sequence for number, checkpoint in stands.checkpoints.items()}
        self._stream.limits = wanted
        reached, heard_at = -1, self._clock.monotonic()
        while reached < sum(wanted.values()):
            await self._turn()
            now = await self._scratch.checkpoints()
            if now is not None and now.epoch != stands.epoch:
                raise Unavailable(f"the log is in epoch {now.epoch}, and {stands.epoch} is applied")
            sequences = now.checkpoints if now is not None else {}
            before, reached = reached, sum(checkpoint.sequence for checkpoint in sequences.values())
            heard_at = self._clock.monotonic() if reached > before else heard_at
            if self._clock.monotonic() - heard_at > PATIENCE:
                raise Unavailable(f"nothing has come of the log for {PATIENCE:.0f} s: {self._reasons()}")
            self._tell(reached, sum(wanted.values()))

    async def _turn(self) -> None:
        try:
            await self._consumer.apply(await self._consumer.read())
        except Unavailable:
            await self._consumer.reset()
            raise

    def _reasons(self) -> str:
        return "; ".join(self._consumer.reasons()) or "no relay answers"

    async def _compared(self, seen: Snapshot) -> Report:
        folded = await self._scratch.checkpoints()
        assert folded is not None
        aside = frozenset(
            one for stored in (seen.stands, folded) for parked in stored.parked.values() for one in parked.aggregates
        )
        events = sum(checkpoint.sequence for checkpoint in folded.checkpoints.values())
        report = Report(events=events, set_aside=aside)
        for model in READ_MODELS:
            if not (aside and model in OF_SALES):
                await self._compare(model, seen, report)
        return report

    async def _compare(self, model: ReadModel[Any], seen: Snapshot, report: Report) -> None:
        skipped = {one.id for one in report.set_aside if one.type == _OWNERS.get(model)}
        report.rows[model.table] = report.different[model.table] = 0
        async for difference in pairs(model, self._scratch.rows(model), seen.rows(model)):
            if difference.key[0] in skipped:
                continue
            report.rows[model.table] += 1
            if difference.folded != difference.stored:
                report.different[model.table] += 1
                if len(report.found) < KEPT:
                    report.found.append(difference)


async def verified(verification: Verification, *, mend: bool) -> list[Report]:
    """A look; with `mend` up to LOOKS of them, with what was found mended between them, until nothing differs.

    A projector that was at work on a document while it was mended has put the old one back: the next look shows it.
    """
    await verification.begin()
    reports = [await verification.look()]
    while mend and reports[-1].count and len(reports) < LOOKS:
        reports[-1].mended = await verification.mend(reports[-1])
        reports.append(await verification.look())
    return reports


async def pairs(
    model: ReadModel[Any], folded: AsyncIterator[Texts], stored: AsyncIterator[Texts]
) -> AsyncIterator[Difference]:
    """The rows of both, each beside the one of the same key; both come in the order of their keys."""
    numbers = [column.kind is Kind.BIGINT for column in model.key]

    def place(row: Texts | None) -> tuple[bool, list[Any]]:
        if row is None:
            return True, []
        return False, [int(part or 0) if number else part for part, number in zip(row, numbers, strict=False)]

    one, other = await anext(folded, None), await anext(stored, None)
    while one is not None or other is not None:
        left, right = place(one), place(other)
        yield Difference(model, one if left <= right else None, other if right <= left else None)
        if left <= right:
            one = await anext(folded, None)
        if right <= left:
            other = await anext(stored, None)


def names_of(aggregates: Collection[Aggregate]) -> list[str]:
    """`order:UUID` and the like, in order."""
    return sorted(f"{one.type}:{one.id}" for one in aggregates)
