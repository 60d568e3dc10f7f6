"""The relay's statements, built once, as texts for psycopg.

The events of tick k + 1 are those that its snapshot sees and tick k's does not. Their transaction ids lie in two
places of the primary key's index: at or above the xmax of tick k's snapshot, and among the transactions that were
under way then and are over now. So every statement costs what it finds, however long the log is, and a transaction
held open for hours is not looked at before it ends.
"""

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import (
    CTE,
    BigInteger,
    Double,
    FromClause,
    Integer,
    Select,
    String,
    any_,
    bindparam,
    cast,
    column,
    extract,
    false,
    func,
    literal_column,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by, insert
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.sql.elements import ColumnElement, Grouping

from outbox_relay.adapters.outbox_table import NOW, Xid8, outbox, outbox_log, outbox_tick, sees, xmax

FEW: Final = 1_000
"""Events. A tick of no more brings them along."""

_ONE: Final[ColumnElement[int]] = literal_column("1", Integer)
_READ: Final = ("partition", "position", "event_id", "type", "data")
_DIALECT: Final = PGDialect_psycopg()  # type: ignore[no-untyped-call]
event_rows: Final = outbox.alias("o")


def as_text(statement: Any) -> str:
    return str(statement.compile(dialect=_DIALECT))


def _finished(before: ColumnElement[Any], this: ColumnElement[Any]) -> ColumnElement[Any]:
    under_way = (
        func.pg_snapshot_xip(before)
        .table_valued(column("xid", Xid8()), joins_implicitly=True)
        .render_derived("under_way")
    )
    over = select(under_way.c.xid).where(sees(this, under_way.c.xid)).correlate_except(under_way)
    return func.array(over.scalar_subquery(), type_=ARRAY(Xid8()))


def _branches(
    before: ColumnElement[Any], this: ColumnElement[Any], wanted: Select[Any]
) -> tuple[Select[Any], Select[Any]]:
    xid = event_rows.c.xid
    wanted = wanted.correlate_except(event_rows)
    late = wanted.where(xid == any_(_finished(before, this)))
    return wanted.where(xid >= xmax(before), xid < xmax(this), sees(this, xid)), late


def events_between(
    before: ColumnElement[Any], this: ColumnElement[Any], *names: str, where: Collection[ColumnElement[bool]] = ()
) -> FromClause:
    """The rows that snapshot `this` sees and `before` does not, `where` something holds of `event_rows`."""
    wanted = select(*(event_rows.c[name] for name in names)).where(*where)
    return union_all(*_branches(before, this, wanted)).lateral("e")


def _identity() -> str:
    control = func.pg_control_system().table_valued(column("system_identifier", BigInteger)).alias("control")
    log = outbox_log.c
    return as_text(
        select(
            func.pg_is_in_recovery(), control.c.system_identifier, log.system_identifier, log.epoch, log.partitions
        ).select_from(control.outerjoin(outbox_log, true()))
    )


def _tick() -> str:
    last, fresh, grown = _grow()
    answers = union_all(
        select(grown.c.tick, grown.c.heads, false().label("behind")),
        select(last.c.tick, last.c.heads, xmax(NOW) < xmax(last.c.snapshot)),
    ).subquery("answers")
    answer = select(answers).order_by(answers.c.tick.desc()).limit(_ONE).subquery("answer")
    few = select(func.sum(fresh.c.n) <= literal_column(str(FEW))).scalar_subquery()
    again = events_between(last.c.snapshot, NOW, *_READ)
    its = select(again).select_from(last.join(again, true())).where(select(grown.c.tick).exists(), few).subquery("its")
    return as_text(
        select(answer, its.c.partition, cast(its.c.event_id, String), its.c.type, its.c.data)
        .select_from(answer.outerjoin(its, true()))
        .order_by(its.c.position)
    )


def _grow() -> tuple[CTE, CTE, CTE]:
    """The newest tick there was, how many events of each partition are new since, and the tick made of them if any."""
    newest = outbox_tick.c
    last = select(newest.tick, newest.snapshot, newest.heads).order_by(newest.tick.desc()).limit(_ONE).cte("last")
    events = events_between(last.c.snapshot, NOW, "partition")
    fresh = (
        select(events.c.partition, func.count().label("n"))
        .select_from(last.join(events, true()))
        .group_by(events.c.partition)
    ).cte("fresh")
    head = (
        func.unnest(last.c.heads).table_valued(column("n", BigInteger), with_ordinality="place").render_derived("head")
    )
    heads = (
        select(
            func.array_agg(aggregate_order_by(head.c.n + func.coalesce(fresh.c.n, literal_column("0")), head.c.place))
        )
        .select_from(head.outerjoin(fresh, fresh.c.partition == head.c.place - _ONE))
        .scalar_subquery()
    )
    grown = (
        insert(outbox_tick)
        .from_select(
            ["tick", "snapshot", "heads"],
            select(last.c.tick + _ONE, NOW, heads).where(
                select(fresh.c.n).exists(), xmax(NOW) >= xmax(last.c.snapshot)
            ),
        )
        .on_conflict_do_nothing()
        .returning(newest.tick, newest.heads)
    )
    return last, fresh, grown.cte("grown")


def _ticks() -> str:
    wanted = bindparam("numbers", type_=ARRAY(BigInteger))
    return as_text(select(outbox_tick.c.tick, outbox_tick.c.heads).where(outbox_tick.c.tick == any_(wanted)))


def tick_pairs() -> FromClause:
    this, before = outbox_tick.alias("this"), outbox_tick.alias("before")
    pair = select(this.c.tick, this.c.snapshot, before.c.snapshot.label("before"))
    after, up_to = bindparam("after", type_=BigInteger), bindparam("up_to", type_=BigInteger)
    return (
        pair.select_from(this.join(before, before.c.tick == this.c.tick - _ONE))
        .where(this.c.tick > after, this.c.tick <= up_to)
        .subquery("t")
    )


def _read() -> str:
    pairs = tick_pairs()
    events = events_between(pairs.c.before, pairs.c.snapshot, *_READ)
    starts = bindparam("starts", type_=ARRAY(BigInteger))
    return as_text(
        select(events.c.partition, cast(events.c.event_id, String), events.c.type, events.c.data)
        .select_from(pairs.join(events, true()))
        .where(pairs.c.tick > Grouping(starts)[events.c.partition + _ONE])
        .order_by(pairs.c.tick, events.c.position)
    )


def _event_id() -> str:
    pairs = tick_pairs()
    events = events_between(pairs.c.before, pairs.c.snapshot, "partition", "position", "event_id")
    return as_text(
        select(cast(events.c.event_id, String))
        .select_from(pairs.join(events, true()))
        .where(events.c.partition == bindparam("partition", type_=Integer))
        .order_by(events.c.position)
        .offset(bindparam("rank", type_=BigInteger))
        .limit(_ONE)
    )


def _waiting() -> str:
    tick = outbox_tick.alias("t")
    age = cast(extract("epoch", func.clock_timestamp() - event_rows.c.occurred_at), Double)
    branches = _branches(tick.c.snapshot, NOW, select(age.label("age")))
    oldest = [branch.order_by(event_rows.c.xid, event_rows.c.position).limit(_ONE).lateral() for branch in branches]
    events = union_all(*(select(branch.c.age) for branch in oldest)).lateral("e")
    return as_text(
        select(func.max(events.c.age))
        .select_from(tick.join(events, true()))
        .where(tick.c.tick == bindparam("tick", type_=BigInteger))
    )


IDENTITY: Final = _identity()
"""-> in recovery, this cluster, the cluster of the log, epoch, partitions (the last three NULL in an empty log)"""
TICK: Final = _tick()
"""Makes the next tick if there is something new -> newest tick, its heads, whether xids lie below it; and, if this made
it and they are few, the events of the tick, one a row: partition, event id, type, data in the order of the log"""
TICKS: Final = _ticks()
"""numbers -> tick, heads"""
READ: Final = _read()
"""after, up_to, starts (per partition) -> partition, event id, type, data in the order of the log"""
EVENT_ID: Final = _event_id()
"""after, up_to (one tick), partition, rank from 0 -> event id"""
WAITING: Final = _waiting()
"""tick -> age in seconds of the oldest event that it does not see, or NULL"""
