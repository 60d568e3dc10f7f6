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
    partition, event_id, epoch = await _in_the_outbox(write_database, order, version)
    sequence, data = await _in_the_stream(redis, f"cqrs:events:{epoch}:{partition}", event_id)
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


async def _in_the_outbox(write_database: str, order: str, version: int) -> tuple[int, str, int]:
    async with await psycopg.AsyncConnection.connect(write_database) as connection:
        found = await connection.execute(
            "SELECT partition, event_id::text, epoch FROM outbox, outbox_log"
            " WHERE aggregate_type = 'order' AND aggregate_id = %s AND version = %s",
            (order, version),
        )
        row = await found.fetchone()
    if row is None:
        raise Unexpected("the outbox does not hold the event")
    return row[0], row[1], row[2]


async def _in_the_stream(redis: Redis, stream: str, event_id: str) -> tuple[int, bytes]:
    deadline = asyncio.get_running_loop().time() + WITHIN
    while asyncio.get_running_loop().time() < deadline:
        for entry, fields in cast("list[Entry]", await redis.xrevrange(stream, count=1_000)):
            if fields[b"event_id"].decode() == event_id:
                return int(entry.split(b"-")[0]), fields[b"data"]
    raise Unexpected(f"{stream} does not hold event {event_id}")
