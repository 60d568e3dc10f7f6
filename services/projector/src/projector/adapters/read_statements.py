"""What is said to the read database. Built once, at import, with the placeholders that Postgres knows ($1, $2)."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import (
    ARRAY,
    CTE,
    BigInteger,
    BindParameter,
    ClauseElement,
    Column,
    ColumnElement,
    Table,
    TableValuedAlias,
    Text,
    and_,
    any_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    null,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP, Insert, insert
from sqlalchemy.dialects.postgresql.base import PGDialect

from projector.adapters.read_tables import (
    checkpoint,
    command_status,
    heads,
    order_history,
    order_summary,
    order_view,
    parked_event,
    product_view,
)

_WHOLE: Final = (product_view, command_status)


class Statement(NamedTuple):
    """The text, and the names of its placeholders in their order."""

    text: str
    names: tuple[str, ...]

    def bind(self, **values: object) -> list[object]:
        """`values` in the order of the placeholders. Raises KeyError."""
        return [values[name] for name in self.names]


def compiled(element: ClauseElement) -> Statement:
    """`element`, ready to be sent."""
    made = element.compile(dialect=PGDialect(paramstyle="numeric_dollar"))  # type: ignore[no-untyped-call]
    return Statement(str(made), tuple(made.positiontup or ()))  # type: ignore[attr-defined]


def _write(*tables: Table, parks: bool) -> Statement:
    """Move the checkpoints, put rows into `tables`, tell of it: one statement, which is one transaction.

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
    puts = [_upsert(table, whole) for table in tables] + ([_park(whole)] if parks else [])
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


def _upsert(table: Table, condition: ColumnElement[bool]) -> Insert:
    """Rows as one array per column, in key order; a row that is there already takes the new values.

    The events of products and commands carry them whole, so that a parked one may be applied after later ones: it
    changes nothing then.
    """
    names = [column.name for column in table.columns]
    sent = _sent(table, names)
    rows = select(*(_received(column, sent.c[column.name]) for column in table.columns)).where(condition)
    statement = insert(table).from_select(names, rows)
    news = {column.name: statement.excluded[column.name] for column in table.columns if not column.primary_key}
    newer = table.c.version < statement.excluded.version if table in _WHOLE else None
    return statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=news, where=newer)


def _park(condition: ColumnElement[bool]) -> Insert:
    names = [column.name for column in parked_event.columns if column.name not in {"projection", "parked_at"}]
    sent = _sent(parked_event, names)
    rows = select(bindparam("projection", type_=Text), *(sent.c[name] for name in names)).where(condition)
    return insert(parked_event).from_select(["projection", *names], rows, include_defaults=False)


def _sent(table: Table, names: Sequence[str]) -> TableValuedAlias:
    arrays: list[BindParameter[object]] = [bindparam(f"{table.name}_{name}") for name in names]
    return func.unnest(*arrays).table_valued(*names, name="sent").render_derived()


def _received(column: Column[object], sent: ColumnElement[object]) -> ColumnElement[object]:
    """unnest would flatten arrays of arrays, and texts are read as moments faster by Postgres than here."""
    if isinstance(column.type, ARRAY):
        return func.string_to_array(sent, literal_column("','"))
    return cast(sent, column.type) if isinstance(column.type, TIMESTAMP) else sent


def _load() -> Statement:
    """The documents of $orders, and in the same snapshot where the checkpoints of $partitions stand.

    Documents change only together with their checkpoint: those that are loaded beside it belong to it.
    """
    stands = select(checkpoint.c.partition, checkpoint.c.epoch, checkpoint.c.sequence, null()).where(
        checkpoint.c.projection == bindparam("projection"), checkpoint.c.partition == any_(bindparam("partitions"))
    )
    documents = select(null(), null(), null(), order_view.c.doc).where(
        order_view.c.order_id == any_(bindparam("orders"))
    )
    return compiled(union_all(stands, documents))


def _checkpoints() -> Statement:
    """All checkpoints, and in the same snapshot whose events are parked in which partition."""
    stands = select(
        checkpoint.c.partition,
        checkpoint.c.epoch,
        checkpoint.c.sequence,
        checkpoint.c.event_id,
        checkpoint.c.parked,
        null(),
        null(),
    ).where(checkpoint.c.projection == bindparam("projection"))
    whose = (parked_event.c.partition, parked_event.c.aggregate_type, parked_event.c.aggregate_id)
    parked = (
        select(whose[0], null(), null(), null(), null(), *whose[1:])
        .where(parked_event.c.projection == bindparam("projection"))
        .group_by(*whose)
    )
    return compiled(union_all(stands, parked))


def _open() -> Statement:
    numbers = func.unnest(bindparam("partitions")).table_valued("partition", name="sent").render_derived()
    projection = bindparam("projection", type_=Text)
    epoch = bindparam("epoch", type_=BigInteger)
    new = select(
        projection, numbers.c.partition, epoch, literal_column("0", BigInteger), bindparam("event_id", type_=Text)
    )
    names = ["projection", "partition", "epoch", "sequence", "event_id"]
    return compiled(insert(checkpoint).from_select(names, new).on_conflict_do_nothing())


def _note_heads() -> Statement:
    """Heads and freshness go forward only, whoever writes them and however late; those of another epoch are nobody's.

    Who begins a new epoch holds the checkpoints meanwhile: this waits for it, and then sees that epoch.
    """
    mine = and_(checkpoint.c.projection == bindparam("projection"), checkpoint.c.epoch == bindparam("epoch"))
    standing = select(checkpoint.c.epoch).where(mine).limit(literal_column("1")).with_for_update(read=True)
    told = select(*(bindparam(column.name, type_=column.type) for column in heads.columns))
    statement = insert(heads).from_select(
        [column.name for column in heads.columns], told.select_from(standing.cte("standing"))
    )
    new, old = statement.excluded, heads.c
    later = new.at >= old.at
    return compiled(
        statement.on_conflict_do_update(
            index_elements=list(heads.primary_key),
            set_={
                "epoch": case((later, new.epoch), else_=old.epoch),
                "sequences": case((later, new.sequences), else_=old.sequences),
                "at": func.greatest(new.at, old.at),
                "applied_at": func.greatest(new.applied_at, old.applied_at),
            },
        )
    )


LOAD: Final = _load()
OPEN: Final = _open()
NOTE_HEADS: Final = _note_heads()
CHECKPOINTS: Final = _checkpoints()
_ORDERS: Final = (order_view, order_summary, order_history)
WRITE: Final = {
    (orders, products, commands, parks): _write(
        *(_ORDERS if orders else ()),
        *((product_view,) if products else ()),
        *((command_status,) if commands else ()),
        parks=parks,
    )
    for orders in (False, True)
    for products in (False, True)
    for commands in (False, True)
    for parks in (False, True)
}
"""By whether orders, products and commands are touched, and whether events are parked."""
