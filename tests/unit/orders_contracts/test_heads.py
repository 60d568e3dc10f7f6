"""The heads entry: what has been seen published."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders_contracts.heads import Heads, decode_heads, encode_heads

NUMBERS = st.integers(min_value=0, max_value=2**63 - 1)
AT = "2026-11-22T03:43:08.000120Z"


@settings(deadline=None)
@given(NUMBERS, NUMBERS, st.lists(NUMBERS, min_size=1, max_size=64).map(tuple))
def test_heads_are_read_back_as_they_were(epoch: int, tick: int, sequences: tuple[int, ...]) -> None:
    heads = Heads(epoch=epoch, tick=tick, sequences=sequences, at=AT)
    assert decode_heads(encode_heads(heads)) == heads


def test_heads_are_plain_json() -> None:
    heads = Heads(epoch=1, tick=7, sequences=(3, 0), at=AT, logged=(5, 0))
    assert encode_heads(heads) == (
        b'{"epoch":1,"tick":7,"sequences":[3,0],"at":"2026-11-22T03:43:08.000120Z","logged":[5,0]}'
    )


def test_fields_that_are_not_known_are_passed_over() -> None:
    assert decode_heads(
        b'{"epoch":1,"tick":7,"sequences":[3],"at":"2026-11-22T03:43:08.000120Z","more":{}}'
    ).sequences == (3,)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"[" * 100_000,
        b'{"epoch":1,"tick":7,"at":"2026-11-22T03:43:08.000120Z"}',
        b'{"epoch":1,"tick":7,"sequences":["3"],"at":"2026-11-22T03:43:08.000120Z"}',
        b'{"epoch":1,"tick":7,"sequences":[3],"at":"now"}',
        b'{"epoch":1,"tick":7,"sequences":[3],"at":"2026-11-22T03:43:08"}',
        b'{"epoch":1,"tick":7,"sequences":[3],"at":"\xff"}',
        b'{"epoch":1,"more":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
    ],
    ids=range(10),
)
def test_what_is_no_heads_entry_is_refused(data: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_heads(data)
