"""The numbered log in Redis Streams: one blocking XREAD over all partitions, and the group as a bookmark."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from orders_contracts.replay import REPLAY_REQUESTS, REQUEST_FIELD, REQUESTS_KEPT, ReplayRequest, encode_request
from orders_contracts.streams import (
    FIELD_DATA,
    FIELD_EVENT_ID,
    FIELD_PREV,
    FIELD_TYPE,
    HEADS,
    HEADS_FIELD,
    entry_id,
    events_stream,
    sequence_of,
)
from projector.application.log import Entry, Reading
from projector.application.ports import NO_REPLIES, Unavailable

_PATIENCE: Final = 5.0
"""Seconds beyond the wait. Longer means that the way to Redis is dead; the connection is given up."""

BITE: Final = 8_000
"""Entries of a look that reads replies. What is made up for goes in larger transactions than what has just happened:
nobody waits for the single event, and an order is written once for many of its events.
"""

_START: Final = "0-0"
_EVENT_ID: Final = FIELD_EVENT_ID.encode()
_PREV: Final = FIELD_PREV.encode()
_DATA: Final = FIELD_DATA.encode()
_USUAL: Final = [_EVENT_ID, FIELD_TYPE.encode(), _PREV, _DATA]
_HEADS_DATA: Final = HEADS_FIELD.encode()

_RawEntry = tuple[bytes, list[bytes]]
_RawReply = list[tuple[bytes, list[_RawEntry]]]


class RedisEventStream:
    """Streams on one Redis server, read `count` entries of each partition at a time; while there are replies, `bite`
    of all partitions together, if that is more.
    """

    def __init__(self, redis_url: str, group: str, *, count: int, bite: int = BITE) -> None:
        self._group = group
        self._count = count
        self._bite = bite
        self._reader = connect(redis_url)
        self._writer = connect(redis_url)
        self._reader.set_response_callback("XREAD", _as_it_came)
        self._heads_id = _START

    async def read(
        self, epoch: int, positions: Mapping[int, int], replies: Mapping[int, str] = NO_REPLIES, *, wait_seconds: float
    ) -> Reading:
        """See EventStream."""
        keys = {replies.get(number) or events_stream(epoch, number): number for number in positions}
        streams = {key: entry_id(positions[number]) for key, number in keys.items()} | {HEADS: self._heads_id}
        block = ("BLOCK", max(1, int(wait_seconds * 1_000))) if wait_seconds > 0 else ()
        count = max(self._count, self._bite // len(positions)) if replies else self._count
        try:
            found = await self._xread(streams, count, *block, seconds=wait_seconds + _PATIENCE)
        except Unavailable:
            self._heads_id = _START
            raise
        return self._understand(keys, found, count)

    async def peek(self, epoch: int, positions: Mapping[int, int]) -> Mapping[int, Entry]:
        """See EventStream."""
        keys = {events_stream(epoch, number): number for number in positions}
        found = await self._xread({key: entry_id(positions[number]) for key, number in keys.items()}, 1)
        return {keys[key.decode()]: _entry(raws[0]) for key, raws in found.items()}

    async def ask(self, requests: Sequence[ReplayRequest], used: Collection[str]) -> None:
        """See EventStream. Replies that are read up would fill the memory until they expire."""
        async with answered_within(_PATIENCE), self._writer.pipeline(transaction=False) as pipe:
            if used:
                pipe.unlink(*used)
            for request in requests:
                fields: Any = {REQUEST_FIELD: encode_request(request)}
                pipe.xadd(REPLAY_REQUESTS, fields, maxlen=REQUESTS_KEPT)
            await pipe.execute()

    async def bookmark(self, epoch: int, positions: Mapping[int, int]) -> None:
        """See EventStream. A missing group is made at 0, with its stream, and then moved."""
        keys = {events_stream(epoch, partition): sequence for partition, sequence in positions.items()}
        async with answered_within(_PATIENCE):
            refused = await self._move(keys)
            if refused:
                await self._create(refused)
                if left := await self._move({key: keys[key] for key in refused}):
                    raise next(iter(left.values()))

    async def close(self) -> None:
        """Give the connections back."""
        await self._reader.aclose()
        await self._writer.aclose()

    async def _xread(
        self, streams: Mapping[str, str], count: int, *block: str | int, seconds: float = _PATIENCE
    ) -> dict[bytes, list[_RawEntry]]:
        command = ("XREAD", "COUNT", count, *block, "STREAMS", *streams, *streams.values())
        async with answered_within(seconds):
            reply: _RawReply | None = await self._reader.execute_command(*command)  # type: ignore[no-untyped-call]
        return dict(reply or [])

    def _understand(self, keys: Mapping[str, int], found: dict[bytes, list[_RawEntry]], count: int) -> Reading:
        heads = found.pop(HEADS.encode(), None)
        # Nothing at all: look at the heads from the start again, in case that Redis came back with older ones.
        self._heads_id = heads[-1][0].decode() if heads else self._heads_id if found else _START
        entries = {keys[key.decode()]: [_entry(raw) for raw in raws] for key, raws in found.items()}
        return Reading(
            entries,
            _fields(heads[-1]).get(_HEADS_DATA, b"") if heads else None,
            frozenset(number for number, raws in entries.items() if len(raws) >= count),
        )

    async def _move(self, keys: Mapping[str, int]) -> dict[str, Exception]:
        async with self._writer.pipeline(transaction=False) as pipe:
            for key, sequence in keys.items():
                pipe.execute_command("XGROUP", "SETID", key, self._group, entry_id(sequence), "ENTRIESREAD", sequence)
            answers = await pipe.execute(raise_on_error=False)
        return {key: answer for key, answer in zip(keys, answers, strict=True) if isinstance(answer, ResponseError)}

    async def _create(self, keys: Mapping[str, Exception]) -> None:
        async with self._writer.pipeline(transaction=False) as pipe:
            for key in keys:
                pipe.execute_command("XGROUP", "CREATE", key, self._group, "0", "MKSTREAM")
            await pipe.execute(raise_on_error=False)


@contextlib.asynccontextmanager
async def answered_within(seconds: float) -> AsyncGenerator[None]:
    """So long at most; and failures in the words of the port."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except (RedisError, OSError, TimeoutError) as error:
        raise Unavailable(f"redis: {str(error) or 'no answer'}") from error


def connect(redis_url: str) -> Redis:
    """The defaults (5 s socket timeout, 10 retries) would cut a blocking read short and do it again in secret. Any
    socket timeout would also make redis-py use asyncio.wait_for, which swallows cancellations before Python 3.12.
    Redis 7.0 has no CLIENT SETINFO, and the projector's user no right to it: no `driver_info`.
    """
    return Redis.from_url(
        redis_url, socket_timeout=None, retry=None, protocol=2, socket_connect_timeout=2, driver_info=None
    )


def _as_it_came(response: Any, **_: Any) -> Any:
    """redis-py's own parser makes a dictionary of every entry, and a tuple, and a list."""
    return response


def _entry(raw: _RawEntry) -> Entry:
    flat = raw[1]
    if flat[::2] == _USUAL:
        _, event_id, _, _, _, prev, _, data = flat
    else:
        fields = _fields(raw)
        event_id, prev, data = (fields.get(name, b"") for name in (_EVENT_ID, _PREV, _DATA))
    try:
        sequence = sequence_of(raw[0])
    except ValueError:
        sequence = 0
    return Entry(sequence, event_id.decode("utf-8", "replace"), prev.decode("utf-8", "replace"), data)


def _fields(raw: _RawEntry) -> dict[bytes, bytes]:
    flat: Sequence[bytes] = raw[1]
    return dict(zip(flat[::2], flat[1::2], strict=False))
