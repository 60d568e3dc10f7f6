"""An event that no projector can read, and a good one behind it, of an aggregate that no client knows.

Both have to be parked, and nothing else. At the end of the round a person gives up the first: the second is applied.
"""

import asyncio
from collections.abc import Collection
from typing import Any, Final
from uuid import uuid4

import orjson
import psycopg

from orders_contracts.streams import partition_of
from tests.drills.faults.proof import NotHappened, Scene
from tests.drills.pace import until, until_after
from tests.drills.schedule import PARTITIONS, Fault

PARKED_WITHIN: Final = 10.0
_LISTED: Final = """
SELECT type, data::text FROM outbox WHERE aggregate_type = 'product' AND version = 1 ORDER BY position LIMIT 1
"""
_WRITE: Final = """
INSERT INTO outbox (partition, event_id, aggregate_type, aggregate_id, version, type, data, occurred_at)
VALUES (%s, %s, 'product', %s, %s, %s, %s, clock_timestamp())
"""
_PARKED: Final = "SELECT aggregate_type, aggregate_id, version FROM parked_event ORDER BY partition, sequence"


async def poison(scene: Scene, fault: Fault) -> str:
    """Of an unknown type, or without what its type asks for; `seconds` later the good one."""
    sku = f"POISON-{uuid4().hex[:12].upper()}"
    correlation = f"planted-{sku}"
    async with await psycopg.AsyncConnection.connect(scene.system.urls["write-db"], autocommit=True) as log:
        found = await (await log.execute(_LISTED)).fetchone()
        if found is None:
            raise NotHappened("there is no event to copy")
        type_ = "orders.ProductCursed.v1" if fault.amount < 0.5 else found[0]
        bad, good = (_envelope(found[1], sku, correlation, version) for version in (1, 2))
        bad |= {"type": type_, "data": bad["data"] if fault.amount < 0.5 else {}}
        scene.told.planted[correlation] = {bad["id"], good["id"]}
        scene.poisoned.append(sku)
        home = partition_of("product", sku, PARTITIONS)
        for envelope in (bad, good):
            row = home, envelope["id"], sku, envelope["aggregateversion"], envelope["type"], orjson.dumps(envelope)
            await log.execute(_WRITE, (*row[:5], row[5].decode()))
            await until_after(fault.seconds if envelope is bad else 0)
    return f"two events of product:{sku}, the first {'of an unknown type' if fault.amount < 0.5 else 'empty'}"


async def settle(scene: Scene) -> str | None:
    """See that what was planted is parked and nothing else, and give up the poison; the complaint, if there is one.

    Raises TooLate, RuntimeError where the verb fails, psycopg.Error.
    """
    if not scene.poisoned:
        return None
    skus = list(scene.poisoned)
    scene.poisoned.clear()
    url = scene.system.urls["read-db"]
    found = await asyncio.to_thread(_parked, url)
    await scene.system.projector("parked", "drop", "--reason", "a drill", *(f"product:{sku}" for sku in skus))

    async def left() -> str | None:
        parked = await asyncio.to_thread(_parked, url)
        return f"still parked: {parked}" if parked else None

    await until(left, PARKED_WITHIN)
    return unlike(found, skus)


def unlike(parked: Collection[str], skus: Collection[str]) -> str | None:
    """The complaint where other events are `parked` than both of each of `skus`; None where just these are."""
    planted = sorted(f"product:{sku} {version}" for sku in skus for version in (1, 2))
    return None if sorted(parked) == planted else f"parked were {parked}, planted {planted}"


def _envelope(text: str, sku: str, correlation: str, version: int) -> dict[str, Any]:
    envelope: dict[str, Any] = orjson.loads(text)
    envelope |= {"id": str(uuid4()), "subject": sku, "correlationid": correlation, "aggregateversion": version}
    envelope["partitionkey"] = envelope["data"]["sku"] = sku
    return envelope


def _parked(url: str) -> list[str]:
    with psycopg.connect(url, connect_timeout=5) as link:
        return [f"{type_}:{id_} {version}" for type_, id_, version in link.execute(_PARKED)]
