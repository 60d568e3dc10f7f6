"""A log of whole lives of orders, written straight into the outbox: what a rebuild of the read models has to fold."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID, uuid5

import orjson
import psycopg

from tests.bench.baselines.drafting import PARTITIONS
from tests.contract.events.goldens import WRITTEN_TYPES, golden

_SPACE: Final = UUID("6f1e1f5e-8b1c-4d0e-9b0a-2f3d7c1a5e11")
_BOUGHT: Final = "019abcde-0001-7000-8000-00000000f00d"
"""The order whose whole life the examples tell: bought, sent, delivered."""
_CUSTOMERS: Final = 1_000
_COPY: Final = (
    "COPY outbox (partition, event_id, aggregate_type, aggregate_id, version, type, data, occurred_at) FROM STDIN"
)


def life() -> list[bytes]:
    """The examples of one order's life, in their order."""
    events = [golden(type_) for type_ in WRITTEN_TYPES]
    ours = [event for event in events if orjson.loads(event)["subject"] == _BOUGHT]
    return sorted(ours, key=lambda event: int(orjson.loads(event)["aggregateversion"]))


def write_lives(connection: psycopg.Connection, orders: int, first: int = 0) -> int:
    """Write the lives of `orders` orders, numbered from `first`, a hundred at a time side by side. Answers how many
    events these are.
    """
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        count = 0
        for row in _rows(orders, first):
            copy.write_row(row)
            count += 1
    return count


def _rows(orders: int, first: int) -> Iterator[tuple[object, ...]]:
    events = [(orjson.loads(event), event.decode()) for event in life()]
    customer = events[0][0]["data"]["customer_id"]
    for begin in range(first, first + orders, 100):
        for told, text in events:
            for number in range(begin, min(begin + 100, first + orders)):
                order, event = str(uuid5(_SPACE, f"order {number}")), str(uuid5(_SPACE, f"{told['id']} {number}"))
                whose = str(uuid5(_SPACE, f"customer {number % _CUSTOMERS}"))
                data = text.replace(_BOUGHT, order).replace(told["id"], event).replace(customer, whose)
                version, moment = told["aggregateversion"], told["time"]
                yield number % PARTITIONS, event, "order", order, version, told["type"], data, moment
