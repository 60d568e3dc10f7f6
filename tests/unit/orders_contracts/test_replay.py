"""Replay requests: what goes over the wire, and what is refused."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders_contracts.replay import MOST_EVENTS, ReplayRequest, decode_request, encode_request, reply_stream

REQUEST = ReplayRequest(
    projection="g1", partition=3, epoch=1, first=42, count=2_000, reply_to=reply_stream("g1", 3, "4f6c")
)
WIRE = b'{"projection":"g1","partition":3,"epoch":1,"from":42,"count":2000,"reply_to":"cqrs:replay:g1:3:4f6c"}'
NUMBERS = st.integers(min_value=1, max_value=2**63 - 1)


def test_a_request_is_plain_json() -> None:
    assert encode_request(REQUEST) == WIRE


@given(NUMBERS, NUMBERS, st.integers(min_value=1, max_value=MOST_EVENTS))
def test_a_request_is_read_back_as_it_was(epoch: int, first: int, count: int) -> None:
    request = ReplayRequest(
        projection="g7", partition=0, epoch=epoch, first=first, count=count, reply_to=reply_stream("g7", 0, "x")
    )
    assert decode_request(encode_request(request)) == request


def test_fields_that_are_not_known_are_passed_over() -> None:
    assert decode_request(WIRE[:-1] + b',"more":[1]}') == REQUEST


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"from":42', b'"from":0'),
        (b'"count":2000', b'"count":0'),
        (b'"count":2000', b'"count":10001'),
        (b'"epoch":1', b'"epoch":0'),
        (b'"partition":3', b'"partition":-1'),
        (b"cqrs:replay:g1", b"cqrs:events:g1"),
        (b'"projection":"g1"', b'"projection":""'),
        (b'"from":42,', b""),
        (b"{", b""),
        (WIRE, b"[" * 100_000),
    ],
)
def test_what_is_no_request_is_refused(old: bytes, new: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_request(WIRE.replace(old, new, 1))
