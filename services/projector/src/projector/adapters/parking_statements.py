"""What is said to the read database about parked events, and to begin it anew. Built once, at import."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Text,
    any_,
    bindparam,
    delete,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from projector.adapters.read_tables import checkpoint, heads, parked_event
from projector.adapters.statement import Statement, compiled
from projector.application.projections.catalogue import READ_MODELS

_TABLES: Final = ", ".join([*(model.table for model in READ_MODELS), parked_event.name])

JOIN: Final = f"LOCK TABLE {_TABLES} IN ROW EXCLUSIVE MODE"
"""Before a checkpoint is locked: who empties the tables has locked them first, and the checkpoints after that."""
ALONE: Final = f"LOCK TABLE {_TABLES} IN ACCESS EXCLUSIVE MODE"
EMPTY: Final = f"TRUNCATE {_TABLES}"
PATIENCE: Final = "SET LOCAL lock_timeout = 500"
"""Milliseconds, for each table: new readers wait behind who waits here."""


def _chosen() -> list[ColumnElement[bool]]:
    """Events of this projection: those of `everybody`, or of the aggregates with these `types` and `ids`."""
    given = func.unnest(bindparam("types"), bindparam("ids")).table_valued("type", "id", name="given").render_derived()
    whose = tuple_(parked_event.c.aggregate_type, parked_event.c.aggregate_id)
    return [
        parked_event.c.projection == bindparam("projection"),
        or_(bindparam("everybody", type_=Boolean), whose.in_(select(given.c.type, given.c.id))),
    ]


def _list() -> Statement:
    columns = [column for column in parked_event.columns if column.name not in {"projection", "data"}]
    return compiled(select(*columns).where(*_chosen()).order_by(parked_event.c.partition, parked_event.c.sequence))


def _choose() -> Statement:
    columns = [column for column in parked_event.columns if column.name not in {"projection", "partition"}]
    return compiled(
        select(*columns)
        .where(
            *_chosen(),
            parked_event.c.partition == bindparam("partition"),
            parked_event.c.sequence > bindparam("after", type_=BigInteger),
        )
        .order_by(parked_event.c.sequence)
        .limit(bindparam("limit", type_=BigInteger))
    )


def _note_reasons() -> Statement:
    sent = func.unnest(bindparam("sequences"), bindparam("reasons")).table_valued("sequence", "reason", name="sent")
    sent = sent.render_derived()
    return compiled(
        update(parked_event)
        .values(reason=sent.c.reason)
        .where(
            parked_event.c.projection == bindparam("projection"),
            parked_event.c.partition == bindparam("partition"),
            parked_event.c.sequence == sent.c.sequence,
        )
    )


def _begin() -> Statement:
    """All checkpoints to the beginning of $epoch."""
    numbers = func.unnest(bindparam("partitions")).table_valued("partition", name="sent").render_derived()
    news = select(
        bindparam("projection", type_=Text),
        numbers.c.partition,
        bindparam("epoch", type_=BigInteger),
        literal_column("0", BigInteger),
        bindparam("event_id", type_=Text),
        literal_column("0"),
    )
    names = ["projection", "partition", "epoch", "sequence", "event_id", "parked"]
    statement = insert(checkpoint).from_select(names, news)
    news_of = {name: statement.excluded[name] for name in names[2:]}
    return compiled(statement.on_conflict_do_update(index_elements=list(checkpoint.primary_key), set_=news_of))


LIST: Final = _list()
CHOOSE: Final = _choose()
NOTE_REASONS: Final = _note_reasons()
BEGIN: Final = _begin()
HOLD: Final = compiled(
    select(checkpoint.c.epoch, checkpoint.c.sequence, checkpoint.c.event_id, checkpoint.c.parked)
    .where(checkpoint.c.projection == bindparam("projection"), checkpoint.c.partition == bindparam("partition"))
    .with_for_update()
)
HOLD_ALL: Final = compiled(
    select(checkpoint.c.epoch)
    .where(checkpoint.c.projection == bindparam("projection"))
    .order_by(checkpoint.c.partition)
    .with_for_update()
)
REMOVE: Final = compiled(
    delete(parked_event).where(
        parked_event.c.projection == bindparam("projection"),
        parked_event.c.partition == bindparam("partition"),
        parked_event.c.sequence == any_(bindparam("sequences")),
    )
)
FORGET_OTHER_EPOCHS: Final = compiled(
    delete(checkpoint).where(
        checkpoint.c.projection == bindparam("projection"), checkpoint.c.epoch != bindparam("epoch")
    )
)
FORGET_HEADS: Final = compiled(delete(heads).where(heads.c.projection == bindparam("projection")))
