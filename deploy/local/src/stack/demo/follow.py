"""One order, followed from the command to the answer of a query, with the number that each process gave it."""

import asyncio
import time
from dataclasses import dataclass
from typing import cast

import httpx
import psycopg
from redis.asyncio import Redis

from stack.demo.shop import CATALOGUE, Shop, Unexpected

Entry = tuple[bytes, dict[bytes, bytes]]

WITHIN = 10.0
"""Seconds that anything may take to come through."""
LOOKED_THROUGH = 1_000
"""Entries before the end of the stream."""


@dataclass(frozen=True, slots=True)
class Trace:
    """Where the event was met, and how long after the command was accepted (milliseconds) it could be read."""

    order_id: str
    version: int
    partition: int
    event_id: str
    sequence: int
    published_bytes: int
    visible_after: float
    status: str
    history: int


async def follow_one(shop: Shop, queries: httpx.AsyncClient, write_database: str, redis: Redis) -> Trace:
    """Confirm an order and find its last event everywhere. Raises Unexpected."""
    order = await shop.create(CATALOGUE[0][0], 1)
    confirmed = await shop.send("POST", f"/orders/{order}/confirm")
    accepted = time.perf_counter()
    headers = {"Consistency-Token": confirmed.headers["Consistency-Token"], "Prefer": f"wait={WITHIN:.0f}"}
    answer = await queries.get(f"/orders/{order}", headers=headers)
    visible_after = (time.perf_counter() - accepted) * 1000
    if answer.status_code != httpx.codes.OK:
        raise Unexpected(f"the order did not come through: {answer.status_code} {answer.text}")
    history = (await queries.get(f"/orders/{order}/history", headers=headers)).json()["items"]
    version = confirmed.json()["version"]
    partition, event_id, epoch, head = await _in_the_outbox(write_database, order, version)
    stream = f"cqrs:events:{epoch}:{partition}"
    sequence, data = await _in_the_stream(redis, stream, max(0, head - LOOKED_THROUGH), event_id)
    return Trace(
        order_id=order,
        version=version,
        partition=partition,
        event_id=event_id,
        sequence=sequence,
        published_bytes=len(data),
        visible_after=visible_after,
        status=answer.json()["status"],
        history=len(history),
    )


async def _in_the_outbox(write_database: str, order: str, version: int) -> tuple[int, str, int, int]:
    """Its partition, its id, the epoch, and how many events its partition has."""
    async with await psycopg.AsyncConnection.connect(write_database) as connection:
        found = await connection.execute(
            "SELECT partition, event_id::text, epoch, heads[partition + 1] FROM outbox, outbox_log,"
            " (SELECT heads FROM outbox_tick ORDER BY tick DESC LIMIT 1) newest"
            " WHERE aggregate_type = 'order' AND aggregate_id = %s AND version = %s",
            (order, version),
        )
        row = await found.fetchone()
    if row is None:
        raise Unexpected("the outbox does not hold the event")
    return row[0], row[1], row[2], row[3]


async def _in_the_stream(redis: Redis, stream: str, after: int, event_id: str) -> tuple[int, bytes]:
    """Its number and its bytes, read as every reader reads: forwards, by XREAD."""
    deadline = asyncio.get_running_loop().time() + WITHIN
    while asyncio.get_running_loop().time() < deadline:
        for entry, fields in await _entries(redis, stream, after):
            after = int(entry.split(b"-")[0])
            if fields[b"event_id"].decode() == event_id:
                return after, fields[b"data"]
    raise Unexpected(f"{stream} does not hold event {event_id}")


async def _entries(redis: Redis, stream: str, after: int) -> list[Entry]:
    found = await redis.xread({stream: after}, count=LOOKED_THROUGH, block=100)
    streams = found.items() if isinstance(found, dict) else found
    return [entry for _, entries in streams for entry in cast("list[Entry]", entries)]
