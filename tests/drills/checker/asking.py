"""Reading the three engines, by statements of its own: the log is numbered anew here from snapshots alone."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import orjson
import psycopg
import redis

from tests.drills.checker.evidence import Checkpoint, Entry, Event, Log, ReadSide, Summary, Tick

_LOG: Final = """
SELECT xid::text::bigint, position, partition, event_id::text, aggregate_type, aggregate_id, version, type, data::text
FROM outbox ORDER BY position
"""


class LogRows(NamedTuple):
    """Rows of the outbox by position, rows of `outbox_tick` by number, the count of partitions, the epoch.

    And how many accepted commands have not ended.
    """

    events: Sequence[Sequence[Any]]
    ticks: Sequence[Sequence[Any]]
    partitions: int
    epoch: int
    waiting: int


def read_log(url: str) -> Log:
    """The outbox and its ticks, numbered. Raises psycopg.Error."""
    return numbered(fetch_log(url))


def fetch_log(url: str) -> LogRows:
    """The outbox and its ticks, in one snapshot. Raises psycopg.Error."""
    with psycopg.connect(url, connect_timeout=5) as link:
        link.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        ticks = link.execute("SELECT tick, snapshot::text, heads FROM outbox_tick ORDER BY tick").fetchall()
        events = link.execute(_LOG).fetchall()
        epoch, partitions = link.execute("SELECT epoch, partitions FROM outbox_log").fetchall()[0]
        waiting = _waiting(link)
    return LogRows(events, ticks, partitions, epoch, waiting)


def numbered(rows: LogRows) -> Log:
    """The log as its rows say."""
    ticks = [_tick(*row) for row in rows.ticks]
    return Log(number(rows.events, ticks), ticks, rows.partitions, rows.epoch, rows.waiting)


def number(rows: Sequence[Sequence[Any]], ticks: Sequence[Tick]) -> list[Event]:
    """The events in their order: by the first tick that sees their transaction, then by position.

    What one tick sees all later ones see, so the first is found by bisection.
    """
    placed = []
    for row in rows:
        xid = row[0]
        first = bisect_left(ticks, True, key=lambda tick, xid=xid: tick.sees(xid))  # type: ignore[misc]
        placed.append((first, row[1], row))
    placed.sort(key=lambda one: one[:2])
    counts: dict[int, int] = {}
    events = []
    for first, _, (xid, _, partition, event_id, kind, subject, version, type_, data) in placed:
        counts[partition] = sequence = counts.get(partition, 0) + 1
        tick = ticks[first].number if first < len(ticks) else None
        raw = data.encode()
        correlation = orjson.loads(raw).get("correlationid") or ""
        events.append(
            Event(partition, sequence, tick, event_id, (kind, subject), version, type_, raw, correlation, xid)
        )
    return events


_CUSTOMERS: Final = """
SELECT customer_id::text, currency, orders, confirmed_orders, spent_cents,
       to_char(last_order_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') FROM customer_summary
"""
_DAYS: Final = """
SELECT day::text, currency, orders, units, revenue_cents, cancelled_orders, cancelled_units, cancelled_cents
FROM sales_daily
"""


def read_read_side(url: str) -> ReadSide:
    """All read models, in one snapshot. Raises psycopg.Error."""
    side = ReadSide()
    with psycopg.connect(url, connect_timeout=5) as link:
        link.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        for order, version, doc in link.execute("SELECT order_id::text, version, doc::text FROM order_view"):
            side.orders[order] = (version, doc.encode())
        for order, customer, status, total, skus, doc in link.execute(
            "SELECT order_id::text, customer_id::text, status, total_cents, skus, doc::text FROM order_summary"
        ):
            side.summaries[order] = Summary(status, total, skus, customer, doc.encode())
        for order, version, doc in link.execute("SELECT order_id::text, version, doc::text FROM order_history"):
            side.history[order, version] = doc.encode()
        for sku, version, listed, doc in link.execute("SELECT sku, version, listed, doc::text FROM product_view"):
            side.products[sku] = (version, listed, doc.encode())
        statuses = "SELECT command_id::text, version, token, doc::text FROM command_status"
        for command, version, token, doc in link.execute(statuses):
            side.commands[command] = (version, token, doc.encode())
        totals = "SELECT status, count(*), sum(total_cents)::bigint FROM order_summary GROUP BY status"
        side.totals = {status: (count, total) for status, count, total in link.execute(totals)}
        for customer, currency, *row in link.execute(_CUSTOMERS):
            side.customers[customer, currency] = (*map(int, row[:3]), row[3])
        for day, currency, *row in link.execute(_DAYS):
            side.days[day, currency] = tuple(map(int, row))
        side.checkpoints = _checkpoints(link)
        side.parked = _parked(link)
    return side


def read_checkpoints(url: str) -> dict[int, Checkpoint]:
    """How far the projection is. Raises psycopg.Error."""
    with psycopg.connect(url, connect_timeout=2) as link:
        return _checkpoints(link)


def read_lengths(url: str) -> dict[int, int]:
    """How many events each partition of the log has, ticked or not. Raises psycopg.Error."""
    with psycopg.connect(url, connect_timeout=2) as link:
        return dict(link.execute("SELECT partition, count(*) FROM outbox GROUP BY 1").fetchall())


def read_epoch(url: str) -> int:
    """The epoch that the log is in. Raises psycopg.Error."""
    with psycopg.connect(url, connect_timeout=2) as link:
        return int(link.execute("SELECT epoch FROM outbox_log").fetchall()[0][0])


def read_waiting(url: str) -> int:
    """How many accepted commands have not ended. Raises psycopg.Error."""
    with psycopg.connect(url, connect_timeout=2) as link:
        return _waiting(link)


def read_stream(client: "redis.Redis", key: str) -> Iterator[Entry]:
    """Every entry of a stream, as of one moment: relays trim it. Raises redis.RedisError."""
    found: Any = client.xrange(key)
    for entry, fields in found:
        first, _, second = entry.decode().partition("-")
        names = (fields.get(b"event_id", b"").decode(), fields.get(b"prev", b"").decode())
        yield Entry(int(first), int(second), *names, fields.get(b"data", b""))


def last_id(client: "redis.Redis", key: str) -> int:
    """The number of the last entry that a stream has had; 0 where there is none. Raises redis.RedisError."""
    if not client.exists(key):
        return 0
    info: Any = client.xinfo_stream(key)
    return int(info["last-generated-id"].decode().partition("-")[0])


def _waiting(link: psycopg.Connection[Any]) -> int:
    return int(link.execute("SELECT count(*) FROM accepted_commands").fetchall()[0][0])


def _tick(number_: int, snapshot: str, heads: list[int]) -> Tick:
    _, xmax, under_way = snapshot.split(":")
    return Tick(number_, int(xmax), frozenset(int(xid) for xid in under_way.split(",") if xid), tuple(heads))


def _checkpoints(link: psycopg.Connection[Any]) -> dict[int, Checkpoint]:
    found = link.execute("SELECT partition, epoch, sequence, event_id FROM projection_checkpoint")
    return {partition: Checkpoint(*rest) for partition, *rest in found}


def _parked(link: psycopg.Connection[Any]) -> int:
    """Events set apart as poison."""
    there = link.execute("SELECT to_regclass('parked_event') IS NOT NULL").fetchall()[0][0]
    return int(link.execute("SELECT count(*) FROM parked_event").fetchall()[0][0]) if there else 0
