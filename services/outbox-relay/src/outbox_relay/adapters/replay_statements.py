"""The statements that read one partition of the log, from any event on.

A tick may hold the whole log: after an outage, or after `adopt`. So the positions of some events of every partition in
such a tick are looked up once, and bound what is read of it: the index tells rows out of those bounds without a look at
them.
"""

from typing import Final

from sqlalchemy import BigInteger, Integer, String, bindparam, case, cast, func, literal_column, select, true
from sqlalchemy.sql.elements import ColumnElement

from outbox_relay.adapters.outbox_statements import as_text, event_rows, events_between, tick_pairs
from outbox_relay.adapters.outbox_table import outbox

EVERY: Final = 250
"""Events of a partition between two waypoints."""
LOWEST: Final = 0
HIGHEST: Final = 2**63 - 1


def _of_partition() -> ColumnElement[bool]:
    wanted: ColumnElement[bool] = event_rows.c.partition == bindparam("partition", type_=Integer)
    return wanted


def _bound(applies: ColumnElement[bool], name: str, otherwise: int) -> ColumnElement[int]:
    return case((applies, bindparam(name, type_=BigInteger)), else_=literal_column(f"{otherwise}::bigint", BigInteger))


def _replay() -> str:
    """Sorts keys only, and fetches the events' data afterwards."""
    pairs = tick_pairs()
    in_first = pairs.c.tick - literal_column("1", Integer) == bindparam("after", type_=BigInteger)
    in_last = pairs.c.tick == bindparam("up_to", type_=BigInteger)
    where = (
        _of_partition(),
        event_rows.c.position >= _bound(in_first, "low", LOWEST),
        event_rows.c.position < _bound(in_last, "high", HIGHEST),
    )
    events = events_between(pairs.c.before, pairs.c.snapshot, "xid", "position", where=where)
    wanted = (
        select(pairs.c.tick, events.c.xid, events.c.position)
        .select_from(pairs.join(events, true()))
        .order_by(pairs.c.tick, events.c.position)
        .offset(bindparam("skip", type_=BigInteger))
        .limit(bindparam("count", type_=BigInteger))
        .subquery("w")
    )
    # The limit keeps the planner from joining with the whole table: how many keys come is not known to it.
    event = (
        select(outbox.c.partition, outbox.c.event_id, outbox.c.type, outbox.c.data)
        .where(outbox.c.xid == wanted.c.xid, outbox.c.position == wanted.c.position)
        .limit(literal_column("1"))
        .lateral("its")
    )
    return as_text(
        select(event.c.partition, cast(event.c.event_id, String), event.c.type, event.c.data)
        .select_from(wanted.join(event, true()))
        .order_by(wanted.c.tick, wanted.c.position)
    )


def _waypoints() -> str:
    pairs = tick_pairs()
    events = events_between(pairs.c.before, pairs.c.snapshot, "partition", "position")
    rank = func.row_number().over(partition_by=events.c.partition, order_by=events.c.position)
    ranked = (
        select(events.c.partition, events.c.position, (rank - literal_column("1", Integer)).label("rank"))
        .select_from(pairs.join(events, true()))
        .subquery("r")
    )
    every = literal_column(str(EVERY), Integer)
    return as_text(
        select(ranked.c.partition, ranked.c.position)
        .where(ranked.c.rank % every == literal_column("0", Integer))
        .order_by(ranked.c.position)
    )


REPLAY: Final = _replay()
"""after, up_to (ticks), partition, low (position in the first tick), high (below, in the last), skip, count
-> partition, event id, type, data in the order of the log"""
WAYPOINTS: Final = _waypoints()
"""after, up_to (one tick) -> partition, and the position of its event number 0, EVERY, 2 * EVERY, ...; by position"""
