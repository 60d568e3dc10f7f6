"""The statement that writes: one for each set of read models that batches touch together, built at its first use.

It follows from what the read models say of themselves; none has SQL of its own.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final, assert_never

from sqlalchemy import (
    CTE,
    BindParameter,
    Column,
    ColumnElement,
    Table,
    TableValuedAlias,
    Text,
    and_,
    bindparam,
    cast,
    func,
    literal_column,
    null,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import Insert, insert

from projector.adapters.read_tables import TABLES, checkpoint, parked_event
from projector.adapters.statement import Statement, compiled
from projector.application.projections.read_model import Kind, Meeting, ReadModel

_SENT_AS_TEXT: Final = {Kind.MOMENT, Kind.DAY, Kind.NUMERIC}


@cache
def write(models: tuple[ReadModel[Any], ...], *, parks: bool) -> Statement:
    """Move the checkpoints, put rows into `models`, tell of it: one statement, which is one transaction.

    All of it happens if every checkpoint stands at its `was` with `was_parked` events parked, and nothing otherwise. It
    answers the partitions whose checkpoint does. Checkpoints are locked first, in the order of partitions, so that two
    projectors wait for each other and never in a circle. Parameters beside those of `_standing` are `<table>_<column>`,
    channel, payloads.
    """
    locked = _standing()
    whole = select(func.count() == func.cardinality(bindparam("partitions"))).select_from(locked).scalar_subquery()
    moved = (
        update(checkpoint)
        .values(sequence=locked.c.sequence, event_id=locked.c.event_id, parked=locked.c.parked)
        .where(checkpoint.c.projection == bindparam("projection"), checkpoint.c.partition == locked.c.partition, whole)
    )
    payloads = func.unnest(bindparam("payloads")).column_valued("p")
    told = select(null(), func.count(func.pg_notify(bindparam("channel"), payloads))).where(whole)
    answer = union_all(select(locked.c.partition, null()), told)
    puts = [_upsert(model, whole) for model in models] + ([_park(whole)] if parks else [])
    return compiled(answer.add_cte(moved.cte("moved"), *(put.cte(f"put_{put.table.name}") for put in puts)))


def _standing() -> CTE:
    """The checkpoints of $partitions that stand where they are thought to, locked, with what they are moved to."""
    names = ("partitions", "was", "was_parked", "sequences", "event_ids", "parked")
    wanted = func.unnest(*(bindparam(name) for name in names))
    columns = ("partition", "was", "was_parked", "sequence", "event_id", "parked")
    sent = wanted.table_valued(*columns, name="sent").render_derived()
    stands = and_(
        checkpoint.c.projection == bindparam("projection"),
        checkpoint.c.partition == sent.c.partition,
        checkpoint.c.epoch == bindparam("epoch"),
        checkpoint.c.sequence == sent.c.was,
        checkpoint.c.parked == sent.c.was_parked,
    )
    return (
        select(checkpoint.c.partition, sent.c.sequence, sent.c.event_id, sent.c.parked)
        .join_from(checkpoint, sent, stands)
        .order_by(checkpoint.c.partition)
        .with_for_update(of=checkpoint)
        .cte("locked")
    )


def _upsert(model: ReadModel[Any], condition: ColumnElement[bool]) -> Insert:
    """Rows as one array per column, in key order; how a row meets the one that is there, the read model says."""
    table = TABLES[model]
    names = [column.name for column in model.columns]
    sent = _sent(table, names)
    rows = select(*(_received(kind, table.c[name], sent.c[name]) for name, kind, *_ in model.columns)).where(condition)
    statement = insert(table).from_select(names, rows)
    if model.appended:
        return statement
    news = {
        column.name: _met(column.meeting, table.c[column.name], statement.excluded[column.name])
        for column in model.columns
        if not column.key
    }
    newer = None if model.newest is None else table.c[model.newest] < statement.excluded[model.newest]
    keys = [column.name for column in model.key]
    return statement.on_conflict_do_update(index_elements=keys, set_=news, where=newer)


def _met(meeting: Meeting, old: ColumnElement[Any], new: ColumnElement[Any]) -> ColumnElement[Any]:
    match meeting:
        case Meeting.NEW:
            return new
        case Meeting.SUM:
            return old + new
        case Meeting.LATER:
            return func.greatest(old, new)
        case _:
            assert_never(meeting)


def _park(condition: ColumnElement[bool]) -> Insert:
    names = [column.name for column in parked_event.columns if column.name not in {"projection", "parked_at"}]
    sent = _sent(parked_event, names)
    rows = select(bindparam("projection", type_=Text), *(sent.c[name] for name in names)).where(condition)
    return insert(parked_event).from_select(["projection", *names], rows, include_defaults=False)


def _sent(table: Table, names: Sequence[str]) -> TableValuedAlias:
    arrays: list[BindParameter[object]] = [bindparam(f"{table.name}_{name}") for name in names]
    return func.unnest(*arrays).table_valued(*names, name="sent").render_derived()


def _received(kind: Kind, column: Column[Any], sent: ColumnElement[Any]) -> ColumnElement[Any]:
    """unnest would flatten arrays of arrays, and Postgres reads texts as moments and long numbers faster than we do."""
    if kind is Kind.TEXTS:
        return func.string_to_array(sent, literal_column("','"))
    return cast(sent, column.type) if kind in _SENT_AS_TEXT else sent
