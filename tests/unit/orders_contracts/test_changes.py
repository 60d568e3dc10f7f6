"""The wake-up call: every change arrives, and no payload is longer than Postgres takes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders_contracts.changes import PAYLOAD_LIMIT, Change, channel, decode_changes, encode_changes

SKUS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", fullmatch=True)
VERSIONS = st.integers(min_value=1, max_value=10**18)
CHANGES = st.one_of(
    st.tuples(st.just("order"), st.uuids().map(str), VERSIONS), st.tuples(st.just("product"), SKUS, VERSIONS)
)


@settings(deadline=None)
@given(st.lists(CHANGES, max_size=300))
def test_all_changes_arrive_in_their_order(changes: list[Change]) -> None:
    payloads = encode_changes(changes)
    assert [change for payload in payloads for change in decode_changes(payload)] == changes
    assert all(0 < len(payload.encode()) <= PAYLOAD_LIMIT for payload in payloads)


@pytest.mark.parametrize("count", [1, 157, 158, 159, 316, 317])
def test_no_more_payloads_are_made_than_it_takes(count: int) -> None:
    changes: list[Change] = [("order", f"{n:036}", 100_000 + n) for n in range(count)]
    payloads = encode_changes(changes)
    assert [change for payload in payloads for change in decode_changes(payload)] == changes
    lines_in_one = PAYLOAD_LIMIT // len("order 100000 " + "0" * 36 + "\n")
    assert len(payloads) == -(-count // lines_in_one)


def test_nothing_changed_says_nothing() -> None:
    assert encode_changes([]) == []


def test_a_payload_is_read_by_people_too() -> None:
    assert encode_changes([("order", "a-1", 3), ("product", "TEA", 12)]) == ["order 3 a-1\nproduct 12 TEA"]


@pytest.mark.parametrize("payload", ["order", "order 3", "order three a-1", "order 3 a-1\nproduct"])
def test_a_payload_of_another_kind_is_refused(payload: str) -> None:
    with pytest.raises(ValueError, match=r"unpack|invalid literal"):
        list(decode_changes(payload))


def test_each_generation_has_its_channel() -> None:
    assert (channel("g1"), channel("g2")) == ("read_model_g1", "read_model_g2")
