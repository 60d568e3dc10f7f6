"""A log of any length, written straight into the outbox: what the link has to carry when much is to be carried."""

from typing import Final

import orjson
import psycopg

from tests.bench.baselines.drafting import PARTITIONS
from tests.contract.events.goldens import golden

_TYPE: Final = "orders.OrderCreated.v1"
_ORDER: Final = "00000000-0000-7000-8000-00000000aaaa"
_EVENT: Final = "00000000-0000-7000-8000-00000000eeee"
_APPEND: Final = """
INSERT INTO outbox (partition, event_id, aggregate_type, aggregate_id, version, type, data, occurred_at)
SELECT n %% %(partitions)s, event_id, 'order', order_id, 1, %(type)s,
       replace(replace(%(data)s, %(order)s, order_id::text), %(event)s, event_id::text)::json, clock_timestamp()
FROM (SELECT n, gen_random_uuid() AS event_id, gen_random_uuid() AS order_id FROM generate_series(1, %(count)s) AS n) s
ORDER BY order_id
"""


def append(connection: psycopg.Connection, count: int) -> None:
    """Write `count` events of as many new orders, in one transaction unless one is open."""
    values = {"partitions": PARTITIONS, "count": count, "type": _TYPE}
    connection.execute(_APPEND, values | {"data": _template(), "order": _ORDER, "event": _EVENT})


def _template() -> str:
    event = orjson.loads(golden(_TYPE))
    event |= {"id": _EVENT, "subject": _ORDER, "partitionkey": _ORDER}
    return orjson.dumps(event).decode()
