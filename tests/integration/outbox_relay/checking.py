"""Compares streams with the log, without any code of the relay: the numbers are derived anew, in SQL."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import psycopg
import redis

from orders_contracts.heads import Heads, decode_heads
from tests.suites import projector_waiting

PARTITIONS: Final = 8

NUMBERED: Final = """
SELECT o.partition, row_number() OVER (PARTITION BY o.partition ORDER BY t.tick, o.position),
  o.event_id::text, o.data::text
FROM outbox o CROSS JOIN LATERAL (
  SELECT tick FROM outbox_tick WHERE pg_visible_in_snapshot(o.xid, snapshot) ORDER BY tick LIMIT 1
) t ORDER BY 1, 2
"""

Stream = list[tuple[int, str, str]]
"""Of each entry the sequence, the event id and the data."""


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = 45.0) -> None:
    """Wait until something holds, with the patience that a busy machine takes. Raises TimeoutError."""
    await projector_waiting.until(holds, seconds=seconds)


def logged(database_url: str) -> list[Stream]:
    """The log by partition."""
    found: list[Stream] = [[] for _ in range(PARTITIONS)]
    with psycopg.connect(database_url) as connection:
        for partition, sequence, event_id, data in connection.execute(NUMBERED):
            found[partition].append((sequence, event_id, data))
    return found


def published(redis_url: str, epoch: int = 1) -> list[Stream]:
    """The streams by partition. Fails where one is not chained."""
    with redis.Redis.from_url(redis_url) as client:
        return [_stream(client, f"cqrs:events:{epoch}:{partition}") for partition in range(PARTITIONS)]


def _stream(client: redis.Redis, key: str) -> Stream:
    entries: list[Any] = client.execute_command("XRANGE", key, "-", "+")  # type: ignore[no-untyped-call]
    found: Stream = []
    before = None
    for entry_id, fields in entries:
        sequence, rest = entry_id.decode().split("-")
        assert rest == "0"
        if found and found[-1][0] == int(sequence) - 1:
            assert fields[b"prev"].decode() == before
        before = fields[b"event_id"].decode()
        found.append((int(sequence), before, fields[b"data"].decode()))
    return found


def unpublished(database_url: str) -> int:
    """How many events no tick has numbered."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM outbox) - (SELECT sum(n) FROM outbox_tick, unnest(heads) AS n"
            " WHERE tick = (SELECT max(tick) FROM outbox_tick))"
        ).fetchone()
    assert row is not None
    return int(row[0])


def newest_heads(redis_url: str) -> Heads | None:
    """What readers are told."""
    with redis.Redis.from_url(redis_url) as client:
        entries: list[Any] = client.execute_command("XRANGE", "cqrs:heads", "-", "+")
    assert len(entries) <= 1
    return decode_heads(entries[0][1][b"data"]) if entries else None
