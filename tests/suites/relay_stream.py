"""What every stream of the relay must do, in memory or in Redis."""

from collections.abc import Awaitable, Callable, Sequence

import msgspec

from orders_contracts.heads import Heads
from orders_contracts.streams import NO_EVENT
from outbox_relay.application.ports import Batch, EventStream, Last, Row, Spoken
from tests.fakes.relay_stream import Entry

Look = Callable[[int, int], Awaitable[list[Entry]]]
"""The entries of a stream: epoch and partition."""

Group = Callable[[int, str, int], Awaitable[None]]
"""A consumer group of a stream of epoch 1: partition, name, and the sequence that it has passed."""

EMPTY = Last("0-0", NO_EVENT)


def rows(partition: int, *event_ids: str) -> Sequence[Row]:
    """Events of one partition."""
    return [(partition, event_id, "orders.Tried.v1", f'{{"id":"{event_id}"}}'.encode()) for event_id in event_ids]


def first_batch(partition: int, *event_ids: str) -> Batch:
    """The first events of a partition."""
    return Batch(partition, EMPTY, 1, NO_EVENT, rows(partition, *event_ids))


def next_batch(before: Batch, *event_ids: str) -> Batch:
    """The events after `before`."""
    end, first = before.end, before.first + len(before.rows)
    return Batch(before.partition, end, first, end.event_id, rows(before.partition, *event_ids))


def heads(tick: int, *sequences: int) -> Heads:
    """A heads entry of epoch 1."""
    return Heads(epoch=1, tick=tick, sequences=sequences, at="2026-11-22T03:00:00.000000Z")


class StreamSuite:
    """Subclasses give the fixtures `stream` (of 1,000 entries, a window of 100), `look` and `group`."""

    async def test_a_stream_that_is_not_there_ends_with_nought(self, stream: EventStream) -> None:
        assert await stream.last(1, [0, 5]) == [EMPTY, EMPTY]

    async def test_what_was_published_is_how_the_stream_ends(self, stream: EventStream) -> None:
        batch = first_batch(3, "a", "b")
        assert await stream.publish(1, [batch]) == [None]
        assert await stream.last(1, [3, 4]) == [Last("2-0", "b"), EMPTY]
        assert batch.end == Last("2-0", "b")

    async def test_entries_carry_the_sequence_the_event_and_the_one_before(
        self, stream: EventStream, look: Look
    ) -> None:
        batch = first_batch(0, "a", "b")
        await stream.publish(1, [batch])
        await stream.publish(1, [next_batch(batch, "c")])
        assert await look(1, 0) == [
            Entry(1, "a", "orders.Tried.v1", NO_EVENT, b'{"id":"a"}'),
            Entry(2, "b", "orders.Tried.v1", "a", b'{"id":"b"}'),
            Entry(3, "c", "orders.Tried.v1", "b", b'{"id":"c"}'),
        ]

    async def test_an_epoch_has_streams_of_its_own(self, stream: EventStream) -> None:
        await stream.publish(1, [first_batch(0, "a")])
        assert await stream.last(2, [0]) == [EMPTY]

    async def test_a_late_relay_writes_nothing_and_learns_the_end(self, stream: EventStream, look: Look) -> None:
        batch = first_batch(0, "a")
        await stream.publish(1, [batch])
        await stream.publish(1, [next_batch(batch, "b", "c")])
        assert await stream.publish(1, [next_batch(batch, "b")]) == [Last("3-0", "c")]
        assert [entry.event_id for entry in await look(1, 0)] == ["a", "b", "c"]

    async def test_a_relay_ahead_of_the_stream_writes_nothing(self, stream: EventStream, look: Look) -> None:
        batch = first_batch(0, "a")
        assert await stream.publish(1, [next_batch(batch, "b")]) == [EMPTY]
        assert await look(1, 0) == []

    async def test_another_event_under_the_last_number_is_refused(self, stream: EventStream, look: Look) -> None:
        await stream.publish(1, [first_batch(0, "a")])
        other = first_batch(0, "x")
        assert await stream.publish(1, [next_batch(other, "b")]) == [Last("1-0", "a")]
        assert [entry.event_id for entry in await look(1, 0)] == ["a"]

    async def test_a_refused_batch_leaves_the_others_alone(self, stream: EventStream) -> None:
        ahead = next_batch(first_batch(1, "a"), "b")
        answers = await stream.publish(1, [first_batch(0, "a"), ahead, first_batch(2, "c", "d")])
        assert answers == [None, EMPTY, None]
        assert await stream.last(1, [0, 1, 2]) == [Last("1-0", "a"), EMPTY, Last("2-0", "d")]

    async def test_numbers_may_begin_above_the_last(self, stream: EventStream, look: Look) -> None:
        assert await stream.publish(1, [Batch(0, EMPTY, 901, "z", rows(0, "a", "b"))]) == [None]
        assert [(entry.sequence, entry.prev) for entry in await look(1, 0)] == [(901, "z"), (902, "a")]
        assert await stream.last(1, [0]) == [Last("902-0", "b")]

    async def test_heads_replace_each_other_and_never_go_back(self, stream: EventStream) -> None:
        assert await stream.announce(heads(0, 0, 0)) is None
        assert await stream.announce(heads(7, 3, 4)) is None
        assert await stream.announce(heads(7, 4, 4)) is None
        assert await stream.announce(heads(6, 9, 9)) == Spoken(1, 7)

    async def test_heads_of_a_tick_that_is_no_more_can_be_replaced(self, stream: EventStream) -> None:
        assert await stream.announce(heads(70, 3, 4)) is None
        assert await stream.announce(heads(6, 1, 1), outdated=69) == Spoken(1, 70)
        assert await stream.announce(heads(6, 1, 1), outdated=70) is None
        assert await stream.announce(heads(7, 2, 2)) is None
        assert await stream.announce(heads(6, 1, 1)) == Spoken(1, 7)

    async def test_a_higher_epoch_speaks_last(self, stream: EventStream) -> None:
        old, new = heads(70, 3, 4), msgspec.structs.replace(heads(6, 1, 1), epoch=2)
        assert await stream.announce(old) is None
        assert await stream.announce(new) is None
        assert await stream.announce(old) == Spoken(2, 6)

    async def test_what_every_group_has_passed_goes_but_for_the_window(
        self, stream: EventStream, look: Look, group: Group
    ) -> None:
        await stream.publish(1, [first_batch(0, *map(str, range(1, 901)))])
        await group(0, "fast", 890)
        await group(0, "slow", 700)
        assert await stream.trim(1, [0, 5]) > 0
        kept = [entry.sequence for entry in await look(1, 0)]
        assert 500 < kept[0] <= 601
        assert kept == list(range(kept[0], 901))
        assert await stream.last(1, [0]) == [Last("900-0", "900")]

    async def test_without_a_group_nothing_is_trimmed(self, stream: EventStream, look: Look) -> None:
        await stream.publish(1, [first_batch(0, *map(str, range(1, 901)))])
        assert await stream.trim(1, [0]) == 0
        assert len(await look(1, 0)) == 900

    async def test_a_group_that_has_passed_nothing_keeps_everything(
        self, stream: EventStream, look: Look, group: Group
    ) -> None:
        await stream.publish(1, [first_batch(0, *map(str, range(1, 901)))])
        await group(0, "fast", 900)
        await group(0, "new", 0)
        assert await stream.trim(1, [0]) == 0
        assert len(await look(1, 0)) == 900

    async def test_a_group_ahead_of_a_stream_that_lost_its_tail_does_not_empty_it(
        self, stream: EventStream, group: Group
    ) -> None:
        await stream.publish(1, [first_batch(0, *map(str, range(1, 901)))])
        await group(0, "ahead", 5_000)
        await stream.trim(1, [0])
        assert await stream.last(1, [0]) == [Last("900-0", "900")]
