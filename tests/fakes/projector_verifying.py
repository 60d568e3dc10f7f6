"""What a verification needs, in memory: a scratch, and the read models that are verified."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final
from uuid import UUID

from projector.application.log import Stored
from projector.application.ports import Unavailable
from projector.application.projections.catalogue import READ_MODELS
from projector.application.projections.read_model import Kind, Meeting, ReadModel
from projector.application.verifying_ports import Difference, Texts
from tests.fakes.projector_store import InMemoryReadStore

_WRITTEN: Final[Mapping[Kind, Callable[[Any], str]]] = {
    **dict.fromkeys(Kind, str),
    Kind.UUID: lambda key: str(UUID(bytes=key)),
    Kind.BOOLEAN: lambda truth: "true" if truth else "false",
    Kind.TEXTS: lambda texts: f"{{{','.join(texts)}}}",
    Kind.JSON: lambda document: bytes(document).decode(),
}
"""As Postgres writes it; moments stay as they are."""
_READ: Final[Mapping[Kind, Callable[[str], Any]]] = {
    **dict.fromkeys(Kind, str),
    Kind.UUID: lambda text: UUID(text).bytes,
    Kind.BIGINT: int,
    Kind.NUMERIC: int,
    Kind.BOOLEAN: lambda text: text == "true",
    Kind.TEXTS: lambda text: text[1:-1].split(","),
    Kind.JSON: str.encode,
}


def texts_of(model: ReadModel[Any], row: tuple[Any, ...]) -> Texts:
    """The row as a database tells it."""
    columns = zip(model.columns, row, strict=True)
    return tuple(None if value is None else _WRITTEN[column.kind](value) for column, value in columns)


def row_of(model: ReadModel[Any], texts: Texts) -> tuple[Any, ...]:
    """The row that is told so."""
    columns = zip(model.columns, texts, strict=True)
    row: tuple[Any, ...] = model.row(*(None if text is None else _READ[column.kind](text) for column, text in columns))
    return row


class InMemoryScratch(InMemoryReadStore):
    """See Scratch. `prepared` tells whether it may be used."""

    prepared = False

    async def prepare(self) -> None:
        """See Scratch."""
        await self._answer()
        self.prepared = True

    async def rows(self, model: ReadModel[Any]) -> AsyncIterator[Texts]:  # type: ignore[override]
        """See Scratch."""
        for row in super().rows(model):
            yield texts_of(model, row)


class InMemorySnapshot:
    """See Snapshot."""

    def __init__(self, stands: Stored, tables: Mapping[ReadModel[Any], Sequence[Texts]]) -> None:
        self.stands = stands
        self._tables = tables

    async def rows(self, model: ReadModel[Any]) -> AsyncIterator[Texts]:
        """See Snapshot."""
        for row in self._tables[model]:
            yield row


class InMemoryLiveModels:
    """The read models of `store`. `mending` is called before each mending, as if a projector were at work then."""

    def __init__(self, store: InMemoryReadStore) -> None:
        self._store = store
        self.mending: Callable[[], None] = lambda: None

    def put(self, model: ReadModel[Any], texts: Texts) -> None:
        """Have this row, whatever stood in its place."""
        row = row_of(model, texts)
        self._store.replace(model, row[: len(model.key)], row)

    def delete(self, model: ReadModel[Any], key: Texts) -> None:
        """Have no row of this key."""
        filled = (*key, *[None] * (len(model.columns) - len(key)))
        self._store.replace(model, row_of(model, filled)[: len(key)], None)

    def texts(self, model: ReadModel[Any]) -> list[Texts]:
        """All rows, in the order of their keys."""
        return [texts_of(model, row) for row in self._store.rows(model)]

    @asynccontextmanager
    async def snapshot(self) -> AsyncGenerator[InMemorySnapshot]:
        """See LiveModels."""
        stands = await self._store.checkpoints()
        if stands is None:
            raise Unavailable("there are no checkpoints")
        yield InMemorySnapshot(stands, {model: self.texts(model) for model in READ_MODELS})

    async def mend(self, differences: Sequence[Difference]) -> int:
        """See LiveModels."""
        self.mending()
        return sum([self._mend(one) for one in differences])

    def _mend(self, difference: Difference) -> bool:
        model, folded, stored = difference
        width = len(model.key)
        stands = next((row for row in self.texts(model) if row[:width] == difference.key), None)
        sums = any(column.meeting is Meeting.SUM for column in model.columns)
        if folded is not None and stored is not None and sums and stands is not None:
            self.put(model, _evened(model, stands, folded, stored))
        elif stands != stored:
            return False
        elif folded is None:
            self.delete(model, difference.key)
        else:
            self.put(model, folded)
        return True


def _evened(model: ReadModel[Any], stands: Texts, folded: Texts, stored: Texts) -> Texts:
    """What stands, and the difference of what adds up."""
    return tuple(
        str(int(now or 0) + int(right or 0) - int(wrong or 0))
        if column.meeting is Meeting.SUM
        else (right if now == wrong else now)
        for column, now, right, wrong in zip(model.columns, stands, folded, stored, strict=True)
    )
