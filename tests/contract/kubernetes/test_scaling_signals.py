"""What KEDA asks, asked of real engines as the users that it is: the relay's backlog, the projector's lag."""

import json
from collections.abc import Iterator
from typing import Any, Final
from uuid import uuid4

import psycopg
import pytest
import redis

from orders_contracts.streams import NO_EVENT
from outbox_relay.adapters.postgres_outbox import PostgresOutbox
from outbox_relay.adapters.redis_stream import RedisStream, connect
from outbox_relay.application.ports import Batch, Last
from projector.adapters.redis_stream import RedisEventStream
from tests.contract.databases.logins import as_member
from tests.contract.events.goldens import TYPES, golden
from tests.contract.kubernetes.manifests import named
from tests.contract.redis.users import as_redis_user

Connection = psycopg.Connection[Any]

QUERY: Final = str(named("ScaledObject", "outbox-relay", "production")["spec"]["triggers"][0]["metadata"]["query"])
TRIGGERS: Final = [
    trigger["metadata"] for trigger in named("ScaledObject", "projector", "production")["spec"]["triggers"]
]
ADD: Final = """
INSERT INTO outbox (partition, event_id, aggregate_type, aggregate_id, version, type, data, occurred_at)
SELECT n %% 8, gen_random_uuid(), 'order', gen_random_uuid()::text, 1, 'orders.Tried.v1', '{}',
  clock_timestamp() - make_interval(secs => %s) FROM generate_series(1, %s) AS n
"""


@pytest.fixture
def scaler(write_database_url: str) -> Iterator[Connection]:
    """KEDA, who only reads."""
    with psycopg.connect(as_member(write_database_url, "orders_relay"), autocommit=True) as connection:
        connection.read_only = True
        yield connection


@pytest.fixture
def owner(write_database_url: str) -> Iterator[Connection]:
    with psycopg.connect(write_database_url, autocommit=True) as connection:
        yield connection


def age(scaler: Connection) -> float:
    """What KEDA gets: one row with one double, never NULL."""
    cursor = scaler.execute(QUERY.encode())
    assert cursor.description is not None
    assert [column.type_code for column in cursor.description] == [psycopg.postgres.types["float8"].oid]
    ((answer,),) = cursor.fetchall()
    return float(answer)


async def test_the_age_is_that_of_the_oldest_event_without_a_number(
    scaler: Connection, owner: Connection, write_database_url: str
) -> None:
    outbox = PostgresOutbox(as_member(write_database_url, "orders_relay"))
    await outbox.open()
    ages = [age(scaler)]
    owner.execute(ADD, (60, 1))
    owner.execute(ADD, (5, 3))
    ages.append(age(scaler))
    first = await outbox.tick()
    ages.append(age(scaler))
    owner.execute(ADD, (30, 2))
    ages.append(age(scaler))
    assert await outbox.waiting_seconds(first.number) == pytest.approx(age(scaler), abs=1)
    await outbox.tick()
    ages.append(age(scaler))
    await outbox.close()
    assert ages == pytest.approx([0, 60, 0, 30, 0], abs=2)


async def test_an_event_of_a_transaction_that_was_under_way_at_the_last_tick_is_counted_when_it_is_over(
    scaler: Connection, owner: Connection, write_database_url: str
) -> None:
    outbox = PostgresOutbox(as_member(write_database_url, "orders_relay"))
    await outbox.open()
    with psycopg.connect(write_database_url) as slow:
        slow.execute(ADD, (90, 1))
        owner.execute(ADD, (1, 1))
        await outbox.tick()
        under_way = age(scaler)
        slow.commit()
        over = age(scaler)
    await outbox.close()
    assert [under_way, over] == pytest.approx([0, 90], abs=2)


async def test_the_query_reads_as_much_of_a_long_log_as_of_a_short_one(
    scaler: Connection, owner: Connection, write_database_url: str
) -> None:
    outbox = PostgresOutbox(as_member(write_database_url, "orders_relay"))
    await outbox.open()
    owner.execute(ADD, (1, 1))
    await outbox.tick()
    owner.execute(ADD, (1, 1))
    short, _ = plan(scaler)
    for _ in range(10):
        owner.execute(ADD, (1, 2_000))
        await outbox.tick()
    owner.execute("VACUUM ANALYZE outbox, outbox_tick")
    owner.execute(ADD, (1, 1))
    long, scans = plan(scaler)
    await outbox.close()
    assert "Seq Scan on outbox" not in scans
    assert "Index Scan on outbox" in scans
    assert long <= short + 10


def plan(scaler: Connection) -> tuple[int, set[str]]:
    """How many blocks were looked at, and how each table was read."""
    ((text,),) = scaler.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {QUERY}".encode()).fetchall()
    (explained,) = text if isinstance(text, list) else json.loads(text)
    root = explained["Plan"]
    return root["Shared Hit Blocks"] + root["Shared Read Blocks"], set(_scans(root))


def _scans(node: dict[str, Any]) -> Iterator[str]:
    if "Relation Name" in node:
        yield f"{node['Node Type']} on {node['Relation Name']}"
    for child in node.get("Plans", ()):
        yield from _scans(child)


def lag(monitor: "redis.Redis", trigger: dict[str, str]) -> int:
    """As KEDA finds it: the version first, then the group among those of the stream."""
    version = monitor.info("server")["redis_version"]
    assert int(version.partition(".")[0]) >= 7
    groups = {group["name"]: group["lag"] for group in monitor.xinfo_groups(trigger["stream"])}
    return int(groups[trigger["consumerGroup"]])


async def test_the_lag_is_what_is_published_and_not_applied(redis_url: str) -> None:
    trigger, partition = TRIGGERS[5], 5
    rows = [(partition, str(uuid4()), type_, golden(type_)) for type_ in TYPES]
    async with connect(as_redis_user(redis_url, "relay")) as client:
        batch = Batch(partition, Last("0-0", ""), 1, NO_EVENT, rows)
        assert await RedisStream(client, length=1_000).publish(1, [batch]) == [None]
    projector = RedisEventStream(as_redis_user(redis_url, "projector"), trigger["consumerGroup"], count=100)
    lags = []
    with redis.Redis.from_url(as_redis_user(redis_url, "monitor"), decode_responses=True) as monitor:
        for applied in (0, 4, len(rows)):
            await projector.bookmark(1, {partition: applied})
            lags.append(lag(monitor, trigger))
    await projector.close()
    assert lags == [len(rows), len(rows) - 4, 0]


def test_a_stream_that_nobody_has_written_yet_is_no_lag(redis_url: str) -> None:
    with redis.Redis.from_url(as_redis_user(redis_url, "monitor"), decode_responses=True) as monitor:
        with pytest.raises(redis.ResponseError, match="no such key"):  # which KEDA takes for nought
            lag(monitor, TRIGGERS[0])
        assert monitor.xlen(TRIGGERS[0]["stream"]) == 0  # what it asks where the group is not there yet
