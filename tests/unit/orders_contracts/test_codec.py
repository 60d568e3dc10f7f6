"""Events to bytes and back: nothing is lost, what is new is passed over, what is wrong is refused."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders_contracts.codec import Metadata, UnknownEventType, decode_event, encode_event, type_of
from orders_contracts.orders import OrderItemRemoved
from orders_contracts.products import ProductListed
from orders_contracts.registry import WRITTEN
from tests.unit.orders_contracts.models import instances

METADATA: Final = Metadata(
    event_id=UUID(int=7),
    aggregate_type="product",
    aggregate_id="TEA",
    aggregate_version=3,
    occurred_at=datetime(2026, 11, 22, 3, 43, 8, 120, UTC),
)
LISTED: Final = ProductListed(
    sku="TEA", name="Tea", unit_price_cents=499, currency="EUR", listed=True, on_hand=5, reserved=2, available=3
)
OPTIONAL: Final = {"correlationid": "r-1", "causationid": "c-1", "traceparent": "00-1-2-03", "actor": "ada"}


def altered(**fields: object) -> bytes:
    """The bytes of an event, with other fields in its envelope."""
    document: dict[str, Any] = msgspec.json.decode(encode_event(METADATA, LISTED))
    return msgspec.json.encode(document | fields)


@pytest.mark.parametrize("type_", sorted(WRITTEN))
@settings(deadline=None, max_examples=30)
@given(st.data())
def test_an_event_is_read_back_as_it_was(type_: str, data: st.DataObject) -> None:
    event = data.draw(instances(WRITTEN[type_]))
    envelope, found = decode_event(encode_event(METADATA, event))
    assert found == event
    assert type(found) is WRITTEN[type_]
    assert (envelope.type, type_of(event)) == (type_, type_)
    assert msgspec.json.decode(envelope.data, type=WRITTEN[type_]) == event


def test_the_envelope_says_what_it_was_told() -> None:
    envelope, _ = decode_event(encode_event(METADATA, LISTED))
    assert (envelope.specversion, envelope.source, envelope.id) == ("1.0", "/orders/command-api", UUID(int=7))
    assert (envelope.subject, envelope.partitionkey, envelope.aggregatetype) == ("TEA", "TEA", "product")
    assert (envelope.aggregateversion, envelope.time) == (3, "2026-11-22T03:43:08.000120Z")
    assert (envelope.datacontenttype, envelope.dataschema) == ("application/json", "urn:orders:schema:ProductListed:v1")


def test_moments_of_other_zones_are_written_in_utc() -> None:
    there = METADATA._replace(occurred_at=METADATA.occurred_at.astimezone(timezone(timedelta(hours=5, minutes=30))))
    assert encode_event(there, LISTED) == encode_event(METADATA, LISTED)


def test_attributes_without_a_value_are_left_out() -> None:
    assert not OPTIONAL.keys() & msgspec.json.decode(encode_event(METADATA, LISTED)).keys()


def test_attributes_with_a_value_arrive() -> None:
    given_all = METADATA._replace(correlation_id="r-1", causation_id="c-1", traceparent="00-1-2-03", actor="ada")
    raw = encode_event(given_all, LISTED)
    assert {name: msgspec.json.decode(raw)[name] for name in OPTIONAL} == OPTIONAL
    envelope, _ = decode_event(raw)
    assert {name: getattr(envelope, name) for name in OPTIONAL} == OPTIONAL


def test_the_data_are_the_last_of_the_bytes_and_stand_there_as_they_are() -> None:
    raw = encode_event(METADATA, LISTED)
    assert raw.endswith(b',"data":' + msgspec.json.encode(LISTED) + b"}")


@pytest.mark.parametrize(
    "type_", ["orders.OrderPainted.v1", "orders.ProductListed.v2", "orders.productlisted.v1", "ProductListed", ""]
)
def test_an_unknown_type_is_told_apart_from_broken_bytes(type_: str) -> None:
    with pytest.raises(UnknownEventType) as caught:
        decode_event(altered(type=type_, data={"anything": 1}))
    assert caught.value.args == (type_,)


def test_fields_that_are_not_known_are_passed_over() -> None:
    data = msgspec.json.decode(msgspec.json.encode(LISTED))
    envelope, found = decode_event(altered(newfangled={"a": [1]}, data=data | {"colour": "green"}))
    assert found == LISTED
    assert b'"colour":"green"' in bytes(envelope.data)


def test_a_state_that_is_not_known_is_taken_as_it_comes() -> None:
    raw = encode_event(METADATA._replace(aggregate_type="order"), _removed("LOST_IN_SPACE"))
    assert decode_event(raw).data == _removed("LOST_IN_SPACE")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        encode_event(METADATA, LISTED)[:-1],
        encode_event(METADATA, LISTED) + b"x",
        encode_event(METADATA, LISTED).replace(b"EUR", b"\xff\xfe"),
        encode_event(METADATA, LISTED).replace(b"TEA", b"\xff"),
        altered(deep=msgspec.Raw(b"[" * 200_000 + b"]" * 200_000)),
        altered(id="7"),
        altered(aggregatetype="customer"),
        altered(aggregateversion="3"),
        altered(aggregateversion=None),
        altered(data=None),
        altered(data={"sku": "TEA"}),
        altered(data=msgspec.structs.asdict(LISTED) | {"on_hand": 5.5}),
    ],
)
def test_bytes_that_are_no_event_are_refused(raw: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_event(raw)


def _removed(status: str) -> OrderItemRemoved:
    return OrderItemRemoved(
        status=status,
        payment_status="unpaid",
        fulfilment_status="unfulfilled",
        return_status="none",
        currency="EUR",
        item_count=0,
        subtotal_cents=0,
        discount_cents=0,
        charges_cents=0,
        total_cents=0,
        returned_cents=0,
        lines=(),
        sku="TEA",
    )
