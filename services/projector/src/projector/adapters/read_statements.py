"""What is said to the read database beside the rows. Built once, at import."""

from typing import Final

from sqlalchemy import BigInteger, Text, and_, any_, bindparam, case, func, literal_column, null, select, union_all
from sqlalchemy.dialects.postgresql import insert

from projector.adapters.read_tables import TABLES, checkpoint, heads, parked_event
from projector.adapters.statement import Statement, compiled
from projector.application.projections.order_view import ORDER_VIEW

_order_view: Final = TABLES[ORDER_VIEW]


def _load() -> Statement:
    """The documents of $orders, and in the same snapshot where the checkpoints of $partitions stand.

    Documents change only together with their checkpoint: those that are loaded beside it belong to it.
    """
    stands = select(checkpoint.c.partition, checkpoint.c.epoch, checkpoint.c.sequence, null()).where(
        checkpoint.c.projection == bindparam("projection"), checkpoint.c.partition == any_(bindparam("partitions"))
    )
    documents = select(null(), null(), null(), _order_view.c.doc).where(
        _order_view.c.order_id == any_(bindparam("orders"))
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
