"""What the write side leaves for the relay: whole envelopes, in the right partition, together with the state."""

from datetime import datetime
from uuid import UUID

import msgspec
import pytest

from orders_contracts.codec import decode_event, type_of
from orders_contracts.streams import partition_of
from orders_domain.order import Order
from tests.conftest import PARTITIONS
from tests.integration.command_api.shop import Shop

pytestmark = pytest.mark.asyncio(loop_scope="module")

RAW = "SELECT *, data::text AS raw FROM outbox WHERE aggregate_id = ANY(%s) ORDER BY position"


async def test_a_row_is_what_its_envelope_says(shop: Shop) -> None:
    sku = await shop.product()
    order = await shop.confirmed({sku: 1})
    rows = await shop.rows(RAW, [order, sku])
    assert len(rows) == 5
    for row in rows:
        envelope, data = decode_event(row["raw"].encode())
        assert envelope.id == row["event_id"]
        assert envelope.type == row["type"] == type_of(data)
        assert (envelope.aggregatetype, envelope.subject) == (row["aggregate_type"], row["aggregate_id"])
        assert envelope.partitionkey == row["aggregate_id"]
        assert envelope.aggregateversion == row["version"]
        assert datetime.fromisoformat(envelope.time) == row["occurred_at"]
        assert row["partition"] == partition_of(row["aggregate_type"], row["aggregate_id"], PARTITIONS)
        assert row["raw"] == msgspec.json.encode(msgspec.json.decode(row["raw"])).decode()
    assert {UUID(str(row["event_id"])).version for row in rows} == {7}


async def test_the_events_of_one_command_share_a_transaction_and_a_request_id(shop: Shop) -> None:
    sku = await shop.product()
    order = await shop.draft({sku: 2})
    await shop.call("POST", f"/orders/{order}/confirm", X_Request_Id="confirm-1")
    parcel = await shop.ship(order, {sku: 2})
    await shop.call("POST", f"/orders/{order}/shipments/{parcel}/deliver", X_Request_Id="deliver-1")
    rows = {row["type"].split(".")[1]: row for row in await shop.rows(RAW, [order, sku])}
    for one, other, request in [
        ("OrderConfirmed", "StockReserved", "confirm-1"),
        ("ShipmentDelivered", "OrderCompleted", "deliver-1"),
        ("OrderShipped", "StockShipped", None),
    ]:
        assert rows[one]["xid"] == rows[other]["xid"]
        assert rows[one]["occurred_at"] == rows[other]["occurred_at"]
        ids = {rows[name]["data"]["correlationid"] for name in (one, other)}
        assert len(ids) == 1
        assert request is None or ids == {request}
    assert len({row["xid"] for row in rows.values()}) == 6


async def test_who_asked_stands_in_the_envelope_and_nobody_is_left_out(shop: Shop) -> None:
    order = await shop.draft()
    await shop.call("DELETE", f"/orders/{order}", X_Actor="ada@example.com")
    created, discarded = [row["data"] for row in await shop.log(order)]
    assert discarded["actor"] == "ada@example.com"
    assert "actor" not in created


async def test_the_stored_state_is_at_the_version_of_the_last_event(shop: Shop) -> None:
    sku = await shop.product()
    order = await shop.confirmed({sku: 1})
    (row,) = await shop.rows(
        "SELECT version, status, state::text AS state, updated_at FROM orders WHERE order_id = %s", UUID(order)
    )
    last = (await shop.log(order))[-1]
    state = msgspec.json.decode(row["state"], type=Order)
    assert row["version"] == state.version == last["version"] == 2
    assert row["status"] == state.status == last["data"]["data"]["status"] == "CONFIRMED"
    assert state.results.total_cents == last["data"]["data"]["total_cents"] == 250
    assert row["updated_at"] == last["occurred_at"]
