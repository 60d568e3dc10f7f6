"""What command-api writes into the log, command by command, is what the schemas and examples say."""

from typing import Final

import orjson
import psycopg
import pytest

from orders_contracts.commands import CommandEvent
from orders_contracts.registry import WRITTEN
from orders_contracts.streams import partition_of
from orders_domain import events as domain
from orders_domain import values
from tests.conftest import PARTITIONS
from tests.contract.events.goldens import WRITTEN_TYPES, faults_of_event, golden, schema
from tests.contract.events.story import first_of_each, tell, written

_ROWS: Final = """
SELECT partition, event_id::text, aggregate_type, aggregate_id, version,
       to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), data::text
FROM outbox ORDER BY xid, position
"""


@pytest.fixture
async def told(write_database_url: str) -> list[tuple[str, bytes]]:
    """The events of the story, in a real log."""
    await tell(write_database_url)
    return written(write_database_url)


async def test_real_commands_make_every_event_to_the_byte_of_its_example(told: list[tuple[str, bytes]]) -> None:
    made = first_of_each(told)
    assert made.keys() == WRITTEN.keys()
    for type_ in WRITTEN_TYPES:
        assert made[type_].decode() == golden(type_).decode(), "run: python -m tests.contract examples"


async def test_every_event_in_the_log_obeys_its_schema(told: list[tuple[str, bytes]]) -> None:
    assert len(told) > len(WRITTEN)
    for type_, event in told:
        assert orjson.loads(event)["type"] == type_
        assert faults_of_event(event) == []


async def test_the_log_says_of_an_event_what_the_event_says_of_itself(
    told: list[tuple[str, bytes]], write_database_url: str
) -> None:
    with psycopg.connect(write_database_url) as connection:
        rows = connection.execute(_ROWS).fetchall()
    assert len(rows) == len(told)
    for partition, event_id, aggregate_type, aggregate_id, version, occurred_at, event in rows:
        said = orjson.loads(event)
        assert (said["id"], said["aggregatetype"], said["subject"]) == (event_id, aggregate_type, aggregate_id)
        assert (said["aggregateversion"], said["time"]) == (version, occurred_at)
        assert partition == partition_of(aggregate_type, aggregate_id, PARTITIONS)


def test_every_event_of_the_domain_is_published_under_its_name_and_beside_them_what_became_of_commands() -> None:
    unions = (domain.OrderEvent, domain.ProductEvent, CommandEvent)
    ours = {event.__name__ for union in unions for event in union.__args__}
    assert ours == {model.__name__ for model in WRITTEN.values()}


@pytest.mark.parametrize(
    ("field", "states"),
    [
        ("status", values.OrderStatus),
        ("payment_status", values.PaymentStatus),
        ("fulfilment_status", values.FulfilmentStatus),
        ("return_status", values.ReturnStatus),
    ],
)
def test_the_schema_knows_the_states_of_the_domain_and_no_others(field: str, states: type[values.OrderStatus]) -> None:
    assert schema("OrderCreated.v1.json")["properties"][field]["enum"] == [state.value for state in states]
