"""From rows to the statement that carries them: for each table that is touched, its columns as arrays."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from projector.adapters import packing
from projector.adapters.statement import Statement
from projector.adapters.write_statement import write
from projector.application.log import ParkedEvent
from projector.application.projections.catalogue import READ_MODELS
from projector.application.projections.fold import Writes
from projector.application.projections.read_model import Kind, ReadModel, Rows

_BIGGEST: Final = 2**63


_PACK: Final[Mapping[Kind, Callable[[Sequence[Any]], bytes]]] = {
    Kind.UUID: packing.uuids,
    Kind.TEXT: packing.texts,
    Kind.BIGINT: packing.bigints,
    Kind.NUMERIC: lambda values: packing.texts(map(str, values)),
    Kind.BOOLEAN: packing.booleans,
    Kind.MOMENT: packing.texts,
    Kind.DAY: packing.texts,
    # No comma is in them; the statement takes them apart again.
    Kind.TEXTS: lambda values: packing.texts(map(",".join, values)),
    Kind.JSON: packing.jsons,
}


def statement_for(writes: Writes) -> Statement:
    """The one that writes the tables that are touched."""
    return write(tuple(model for model in READ_MODELS if model in writes.rows), parks=bool(writes.parked_event))


def columns_of(writes: Writes, copied: Collection[ReadModel[Any]] = ()) -> dict[str, object]:
    """Its `<table>_<column>` parameters; those of what is `copied` beside it hold nothing.

    Raises struct.error for a number that Postgres has no room for.
    """
    columns: dict[str, object] = {
        f"{model.table}_{column.name}": _PACK[column.kind](values)
        for model, rows in writes.rows.items()
        for column, values in zip(model.columns, _by_column(model, () if model in copied else rows), strict=True)
    }
    if writes.parked_event:
        columns |= parked_columns(writes.parked_event)
    return columns


def _by_column(model: ReadModel[Any], rows: Rows) -> Iterable[Sequence[Any]]:
    return zip(*rows, strict=True) if rows else [()] * len(model.columns)


def parked_columns(events: Sequence[ParkedEvent]) -> dict[str, object]:
    """The columns of parked_event, but for the projection. Whatever such an event says of itself, it finds room."""
    versions = [event.version if event.version is None or abs(event.version) < _BIGGEST else None for event in events]
    return {
        "parked_event_partition": packing.smallints([event.partition for event in events]),
        "parked_event_sequence": packing.bigints([event.sequence for event in events]),
        "parked_event_event_id": plain(event.event_id for event in events),
        "parked_event_aggregate_type": plain(event.aggregate.type for event in events),
        "parked_event_aggregate_id": plain(event.aggregate.id for event in events),
        "parked_event_version": packing.bigints(versions),
        "parked_event_type": plain(event.type for event in events),
        "parked_event_data": packing.binaries([event.data for event in events]),
        "parked_event_reason": plain(event.reason for event in events),
    }


def plain(values: Iterable[str]) -> bytes:
    """A text[] of texts that may hold U+0000, which Postgres does not take."""
    return packing.texts([value.replace("\0", "\ufffd") for value in values])
