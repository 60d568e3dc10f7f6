"""What requests, replies and the log of one partition must do, in memory or in the engines."""

from collections.abc import Awaitable, Sequence
from typing import Protocol

from orders_contracts.replay import REPLY_SECONDS, ReplayRequest, decode_request, reply_stream
from orders_contracts.streams import NO_EVENT
from outbox_relay.application.ports import Outbox, Row, Tick
from outbox_relay.application.replay_ports import Part, Piece, ReplayLog, Replies, Requests
from outbox_relay.application.sequencer import Sequencer
from tests.fakes.relay_stream import Entry
from tests.suites.relay_outbox import Database, name, of, read


class Reader(Protocol):
    """The other end of replays: who asks, and reads what comes."""

    def ask(self, request: ReplayRequest, seconds_ago: float = 0.0) -> Awaitable[None]: ...
    def forget_requests(self) -> Awaitable[None]: ...
    def look(self, reply_to: str) -> Awaitable[list[Entry]]: ...
    def seconds_left(self, reply_to: str) -> Awaitable[float]: ...
    def lose(self, reply_to: str) -> Awaitable[None]: ...


REPLY = reply_stream("g1", 3, "one")


def request(
    first: int = 1, count: int = 10, partition: int = 0, projection: str = "g1", epoch: int = 1
) -> ReplayRequest:
    """A request whose reply is named for what is asked."""
    reply_to = reply_stream(projection, partition, str(first))
    return ReplayRequest(
        projection=projection, partition=partition, epoch=epoch, first=first, count=count, reply_to=reply_to
    )


def piece(first: int, prev: str, *event_ids: str) -> Piece:
    """Events of partition 3."""
    return Piece(first, prev, [(3, one, "orders.Tried.v1", f'{{"id":"{one}"}}'.encode()) for one in event_ids])


async def asked(requests: Requests) -> list[int]:
    """Where the requests that are new begin."""
    mail = await requests.read(0)
    assert all(abs(mail.now - one.at) < 120 for one in mail.asked)
    return [decode_request(one.data).first for one in mail.asked]


class RequestsSuite:
    """Subclasses give the fixtures `requests`, `another` (a second relay's) and `reader`."""

    async def test_nobody_has_asked(self, requests: Requests) -> None:
        assert await asked(requests) == []

    async def test_a_request_comes_once_and_in_its_turn(self, requests: Requests, reader: Reader) -> None:
        await reader.ask(request(1), 0.2)
        await reader.ask(request(5), 0.1)
        assert await asked(requests) == [1, 5]
        assert await asked(requests) == []
        await reader.ask(request(9))
        assert await asked(requests) == [9]

    async def test_every_relay_hears_every_request(self, requests: Requests, another: Requests, reader: Reader) -> None:
        await reader.ask(request(1))
        assert await asked(requests) == [1]
        assert await asked(another) == [1]

    async def test_the_first_look_goes_back_a_minute(self, requests: Requests, reader: Reader) -> None:
        for seconds in (300, 61, 55, 5):
            await reader.ask(request(seconds), seconds)
        assert await asked(requests) == [55, 5]

    async def test_a_request_says_how_old_it_is(self, requests: Requests, reader: Reader) -> None:
        await reader.ask(request(1), 30)
        mail = await requests.read(0)
        assert 29.5 < mail.now - mail.asked[0].at < 35

    async def test_requests_are_heard_again_after_a_loss_that_set_the_ids_back(
        self, requests: Requests, reader: Reader
    ) -> None:
        await reader.ask(request(1))
        assert await asked(requests) == [1]
        await reader.forget_requests()
        await reader.ask(request(2), 20)
        assert await asked(requests) == []
        assert await asked(requests) == [2]
        assert await asked(requests) == []


class RepliesSuite:
    """Subclasses give the fixtures `replies` and `reader`."""

    async def test_a_reply_holds_events_as_their_stream_does(self, replies: Replies, reader: Reader) -> None:
        assert await replies.write(REPLY, piece(1, NO_EVENT, "a", "b"), 0)
        assert await replies.write(REPLY, piece(3, "b", "c"), 2)
        assert await reader.look(REPLY) == [
            Entry(1, "a", "orders.Tried.v1", NO_EVENT, b'{"id":"a"}'),
            Entry(2, "b", "orders.Tried.v1", "a", b'{"id":"b"}'),
            Entry(3, "c", "orders.Tried.v1", "b", b'{"id":"c"}'),
        ]

    async def test_a_reply_may_begin_anywhere(self, replies: Replies, reader: Reader) -> None:
        assert await replies.write(REPLY, piece(70_001, "z", "a", "b"), 0)
        assert [(entry.sequence, entry.prev) for entry in await reader.look(REPLY)] == [(70_001, "z"), (70_002, "a")]

    async def test_what_is_written_twice_is_there_once(self, replies: Replies, reader: Reader) -> None:
        for _ in range(2):
            assert await replies.write(REPLY, piece(1, NO_EVENT, "a", "b"), 0)
        assert [entry.event_id for entry in await reader.look(REPLY)] == ["a", "b"]

    async def test_a_reply_that_was_broken_off_gets_what_it_lacks(self, replies: Replies, reader: Reader) -> None:
        await replies.write(REPLY, piece(1, NO_EVENT, "a", "b"), 0)
        assert await replies.write(REPLY, piece(1, NO_EVENT, "a", "b", "c", "d"), 0)
        found = [(entry.event_id, entry.prev) for entry in await reader.look(REPLY)]
        assert found == [("a", ""), ("b", "a"), ("c", "b"), ("d", "c")]

    async def test_what_follows_on_a_lost_piece_is_not_written(self, replies: Replies, reader: Reader) -> None:
        await replies.write(REPLY, piece(1, NO_EVENT, "a", "b"), 0)
        await reader.lose(REPLY)
        assert not await replies.write(REPLY, piece(3, "b", "c"), 2)
        assert await reader.look(REPLY) == []

    async def test_a_reply_is_kept_for_a_minute_from_the_last_time_on(self, replies: Replies, reader: Reader) -> None:
        await replies.write(REPLY, piece(1, NO_EVENT, "a"), 0)
        assert REPLY_SECONDS - 5 < await reader.seconds_left(REPLY) <= REPLY_SECONDS


class ReplayLogSuite:
    """Subclasses give the fixtures `database` and `log`, open."""

    async def test_every_part_of_a_partition_can_be_read(self, log: ReplayLog, database: Database) -> None:
        tick = await _ticks_of_some_sizes(log, database)
        for partition in (0, 1):
            rows = [row for row in await read(log, [0] * len(tick.heads), tick) if row[0] == partition]
            for first in range(1, len(rows) + 1):
                for last in {first, first + 1, first + 4, len(rows)}:
                    if last <= len(rows):
                        part = await part_of(log, tick, partition, first, last)
                        assert await _read(log, part) == rows[first - 1 : last]

    async def test_a_long_part_comes_in_pieces(self, log: ReplayLog, database: Database) -> None:
        await database.write(*((number % 2, name(number)) for number in range(9_000)))
        part = await part_of(log, await log.tick(), 1, 101, 4_400)
        pieces = [rows async for rows in log.replay(part)]
        assert len(pieces) > 2
        assert max(map(len, pieces)) <= 2_001
        found = [row[1] for rows in pieces for row in rows]
        assert found == [name(number) for number in range(1, 9_000, 2)][100:4_400]

    async def test_parts_of_big_ticks_can_be_read_from_anywhere_to_anywhere(
        self, log: ReplayLog, database: Database
    ) -> None:
        early = await database.begin()
        for number in range(3):
            await early.add(0, name(100_000 + number))
        await database.write(*((number % 5 // 4, name(number)) for number in range(7_000)))
        await log.tick()
        await early.commit()
        await database.write((0, name(200_000)))
        await log.tick()
        await database.write(*((number % 5 // 4, name(number)) for number in range(300_000, 306_000)))
        tick = await log.tick()
        rows = [row for row in await read(log, [0] * len(tick.heads), tick) if row[0] == 0]
        assert tick.heads[0] == len(rows) == 5_600 + 4 + 4_800
        for first, last in [
            (1, 1), (1, 1_000), (1_000, 1_001), (1_001, 2_000), (2_500, 4_499), (5_599, 5_605), (5_600, 5_600),
            (5_604, 7_604), (6_605, 6_606), (6_604, 8_604), (9_000, len(rows)), (len(rows), len(rows)), (1, len(rows)),
        ]:  # fmt: skip
            assert await _read(log, await part_of(log, tick, 0, first, last)) == rows[first - 1 : last], (first, last)

    async def test_the_log_can_be_used_after_reading_was_broken_off(self, log: ReplayLog, database: Database) -> None:
        await database.write(*((0, name(number)) for number in range(5_000)))
        tick = await log.tick()
        pieces = log.replay(await part_of(log, tick, 0, 1, 5_000))
        await anext(pieces)
        await pieces.aclose()
        assert of(await _read(log, await part_of(log, tick, 0, 5_000, 5_000)), 0) == [name(4_999)]


async def part_of(log: Outbox, tick: Tick, partition: int, first: int, last: int) -> Part:
    """The part from `first` to `last`, found as the replayer finds it."""
    sequencer = Sequencer(log)
    begin, end = [(await sequencer.places({partition: one}, tick))[partition] for one in (first, last)]
    return Part(partition, first, last, begin, end)


async def _ticks_of_some_sizes(log: Outbox, database: Database) -> Tick:
    """Events of two partitions, and one whose transaction was over later than it had begun."""
    late = await database.begin()
    await late.add(0, name(1_000))
    for first in range(0, 30, 6):
        await database.write(*((number % 2, name(number)) for number in range(first, first + 1 + first % 5)))
        tick = await log.tick()
    await late.commit()
    await database.write((0, name(2_000)))
    tick = await log.tick()
    assert tick.heads[0] > 6
    return tick


async def _read(log: ReplayLog, part: Part) -> Sequence[Row]:
    return [row async for rows in log.replay(part) for row in rows]
