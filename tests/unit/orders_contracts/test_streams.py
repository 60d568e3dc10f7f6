"""Names and numbers of the link. What is written here must stay: it stands in running systems."""

from typing import get_args
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders_contracts.envelope import AggregateType
from orders_contracts.streams import HEADS, NO_EVENT, entry_id, events_stream, partition_of, sequence_of


def test_the_keys_of_the_link_are_these() -> None:
    assert (HEADS, events_stream(1, 0), events_stream(12, 7)) == ("cqrs:heads", "cqrs:events:1:0", "cqrs:events:12:7")
    assert (entry_id(0), entry_id(100_000_000_000_000), NO_EVENT) == ("0-0", "100000000000000-0", "")


@settings(deadline=None)
@given(st.integers(min_value=0, max_value=2**63 - 1))
def test_a_sequence_is_read_back_from_its_entry_id(sequence: int) -> None:
    assert sequence_of(entry_id(sequence)) == sequence
    assert sequence_of(entry_id(sequence).encode()) == sequence


@pytest.mark.parametrize("entry", ["7-1", "7", "7-", "-0", "seven-0", "7-0-0", "", b"7-1", b"\xff-0"])
def test_an_entry_id_of_another_hand_is_refused(entry: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"not the id|invalid literal|codec can't decode"):
        sequence_of(entry)


@pytest.mark.parametrize(
    ("aggregate_type", "aggregate_id", "count", "partition"),
    [
        ("order", "019abcde-0001-7000-8000-00000000f00d", 8, 7),
        ("order", "00000000-0000-0000-0000-000000000000", 8, 4),
        ("product", "CUP-BLUE-250", 8, 4),
        ("product", "POT-1L", 8, 5),
        ("product", "TEA.ASSAM_100G", 8, 2),
        ("product", "TEA.ASSAM_100G", 3, 2),
        ("order", "019abcde-0001-7000-8000-00000000f00d", 64, 15),
        ("order", "x", 1, 0),
    ],
)
def test_an_aggregate_stays_in_its_partition_for_ever(
    aggregate_type: str, aggregate_id: str, count: int, partition: int
) -> None:
    assert partition_of(aggregate_type, aggregate_id, count) == partition


@settings(deadline=None)
@given(st.sampled_from(get_args(AggregateType)), st.text(), st.integers(min_value=1, max_value=1_024))
def test_a_partition_is_one_of_those_that_there_are(aggregate_type: str, aggregate_id: str, count: int) -> None:
    assert 0 <= partition_of(aggregate_type, aggregate_id, count) < count


def test_orders_spread_over_all_partitions() -> None:
    counts = [0] * 8
    for number in range(8_000):
        counts[partition_of("order", str(UUID(int=number * 7_919)), 8)] += 1
    assert min(counts) > 800
    assert max(counts) < 1_200
