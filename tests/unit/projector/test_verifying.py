"""Two sides of a read model laid beside each other, and a log that ends where it should."""

from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from string import ascii_lowercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders_contracts.heads import Heads, decode_heads, encode_heads
from orders_contracts.timestamps import timestamp
from projector.application.bounded_stream import BoundedStream
from projector.application.projections.order_history import ORDER_HISTORY
from projector.application.projections.product_view import PRODUCT_VIEW
from projector.application.verifying import pairs
from projector.application.verifying_ports import Difference, Texts
from tests.fakes.projector_events import NumberedLog, life_of
from tests.fakes.projector_stream import InMemoryEventStream

SKUS = st.dictionaries(st.text(ascii_lowercase + "Z9.ü", min_size=1, max_size=3), st.sampled_from("12"), max_size=12)


async def rows(*found: Texts) -> AsyncIterator[Texts]:
    """As a database has them."""
    for row in found:
        yield row


def sorted_rows(found: dict[str, str]) -> Iterable[Texts]:
    return [(sku, version, "t", "{}") for sku, version in sorted(found.items())]


@given(SKUS, SKUS)
async def test_every_key_of_either_side_comes_once_with_what_both_have(
    folded: dict[str, str], stored: dict[str, str]
) -> None:
    found = [one async for one in pairs(PRODUCT_VIEW, rows(*sorted_rows(folded)), rows(*sorted_rows(stored)))]
    assert [one.key[0] for one in found] == sorted(folded.keys() | stored.keys())
    for one in found:
        sides = [None if side is None else side[1] for side in (one.folded, one.stored)]
        assert sides == [folded.get(str(one.key[0])), stored.get(str(one.key[0]))]


async def test_numbers_in_keys_are_in_the_order_of_numbers() -> None:
    folded, stored = [("a", "9", "x"), ("a", "10", "x")], [("a", "10", "x"), ("b", "1", "x")]
    found = [one async for one in pairs(ORDER_HISTORY, rows(*folded), rows(*stored))]
    assert found == [
        Difference(ORDER_HISTORY, folded[0], None),
        Difference(ORDER_HISTORY, folded[1], stored[0]),
        Difference(ORDER_HISTORY, None, stored[1]),
    ]


@pytest.fixture
async def stream() -> BoundedStream:
    """Eight events in partition 0, eight in partition 1, of which four can be seen of the first."""
    inner = InMemoryEventStream(count=4)
    log = NumberedLog(2)
    for partition in (0, 1):
        await inner.put(partition, log.append(partition, life_of(partition)))
    heads = Heads(epoch=1, tick=1, sequences=(8, 8), logged=(8, 8), at=timestamp(datetime(2026, 11, 22, tzinfo=UTC)))
    await inner.say(encode_heads(heads))
    bounded = BoundedStream(inner)
    bounded.limits = {0: 3}
    return bounded


async def test_nothing_is_seen_beyond_the_limits_and_heads_end_there_too(stream: BoundedStream) -> None:
    reading = await stream.read(1, {0: 0, 1: 0}, wait_seconds=0)
    assert {number: [one.sequence for one in found] for number, found in reading.entries.items()} == {0: [1, 2, 3]}
    assert reading.full == frozenset()
    assert reading.heads is not None
    heads = decode_heads(reading.heads)
    assert (heads.sequences, heads.logged) == ((3, 0), (3, 0))
    assert await stream.peek(1, {0: 3, 1: 0}) == {}
    assert set(await stream.peek(1, {0: 2})) == {0}


async def test_a_limit_that_is_raised_shows_more(stream: BoundedStream) -> None:
    stream.limits = {0: 8, 1: 2}
    reading = await stream.read(1, {0: 3, 1: 0}, wait_seconds=0)
    assert [one.sequence for one in reading.entries[0]] == [4, 5, 6, 7]
    assert (reading.full, len(reading.entries[1])) == (frozenset({0}), 2)


async def test_nobody_is_shown_where_it_stands() -> None:
    inner = InMemoryEventStream()
    await BoundedStream(inner).bookmark(1, {0: 7})
    assert inner.shown == {}


async def test_heads_that_cannot_be_read_are_handed_on_for_the_reader_to_tell() -> None:
    inner = InMemoryEventStream()
    await inner.say(b"?")
    assert (await BoundedStream(inner).read(1, {0: 0}, wait_seconds=0)).heads == b"?"
