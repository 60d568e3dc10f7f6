"""Older versions of events become the newest one."""

from typing import Final
from uuid import UUID

import msgspec
import pytest

from orders_contracts.codec import decode_event
from orders_contracts.orders import OrderShipped, ShippedItem
from orders_contracts.upcasts import UPCASTS
from orders_contracts.v1.orders import OrderShipped as OrderShippedV1
from tests.contract.events.goldens import golden

V1: Final = golden("orders.OrderShipped.v1")


def test_the_items_of_a_parcel_are_those_of_the_lines_it_was_packed_from() -> None:
    envelope, data = decode_event(V1)
    assert isinstance(data, OrderShipped)
    assert envelope.type == "orders.OrderShipped.v1"
    assert data.items == (
        ShippedItem(line_number=1, sku="CUP-BLUE-250", name="Cup, blue, 250 ml", quantity=6),
        ShippedItem(line_number=3, sku="TEA.ASSAM_100G", name="Assam «Été», 100 g", quantity=3),
    )


def test_whatever_else_it_says_is_as_it_was() -> None:
    written = msgspec.json.decode(V1)["data"]
    _, data = decode_event(V1)
    read = msgspec.to_builtins(data, builtin_types=(UUID,)) | {"items": written["items"]}
    assert msgspec.json.decode(msgspec.json.encode(read)) == written


def test_a_parcel_of_a_line_that_the_event_does_not_tell_is_refused_like_other_broken_events() -> None:
    event = msgspec.json.decode(V1)
    event["data"]["lines"] = event["data"]["lines"][:1]
    with pytest.raises(msgspec.ValidationError, match=r"TEA\.ASSAM_100G"):
        decode_event(msgspec.json.encode(event))


def test_a_version_that_is_written_is_left_alone() -> None:
    raw = golden("orders.OrderShipped.v2")
    assert msgspec.json.encode(decode_event(raw).data) == bytes(decode_event(raw).envelope.data)
    assert OrderShipped not in UPCASTS
    assert OrderShippedV1 in UPCASTS
