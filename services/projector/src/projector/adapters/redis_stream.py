"""The numbered log in Redis Streams: one blocking XREAD over all partitions, and the group as a bookmark."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

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
from projector.application.ports import Unavailable

_PATIENCE: Final = 5.0
"""Seconds beyond the wait. Longer means that the way to Redis is dead; the connection is given up."""

_START: Final = "0-0"
_EVENT_ID: Final = FIELD_EVENT_ID.encode()
_PREV: Final = FIELD_PREV.encode()
_DATA: Final = FIELD_DATA.encode()
_USUAL: Final = [_EVENT_ID, FIELD_TYPE.encode(), _PREV, _DATA]
_HEADS_DATA: Final = HEADS_FIELD.encode()

_RawEntry = tuple[bytes, list[bytes]]
_RawReply = list[tuple[bytes, list[_RawEntry]]]


class RedisEventStream:
    """Streams on one Redis server, read `count` entries of each partition at a time."""

    def __init__(self, redis_url: str, group: str, *, count: int) -> None:
        self._group = group
        self._count = count
        self._reader = _connect(redis_url)
        self._writer = _connect(redis_url)
        self._reader.set_response_callback("XREAD", _as_it_came)
        self._heads_id = _START

    async def read(self, epoch: int, positions: Mapping[int, int], *, wait_seconds: float) -> Reading:
        """See EventStream."""
        streams = {events_stream(epoch, partition): entry_id(after) for partition, after in positions.items()}
        streams[HEADS] = self._heads_id
        block = ("BLOCK", max(1, int(wait_seconds * 1_000))) if wait_seconds > 0 else ()
        command = ("XREAD", "COUNT", self._count, *block, "STREAMS", *streams, *streams.values())
        try:
            async with asyncio.timeout(wait_seconds + _PATIENCE):
                reply: _RawReply | None = await self._reader.execute_command(*command)  # type: ignore[no-untyped-call]
        except (RedisError, OSError, TimeoutError) as error:
            self._heads_id = _START
            raise Unavailable(f"redis: {str(error) or 'no answer'}") from error
        return self._understand(epoch, positions, reply or [])

    async def bookmark(self, epoch: int, positions: Mapping[int, int]) -> None:
        """See EventStream. A missing group is made at 0, with its stream, and then moved."""
        keys = {events_stream(epoch, partition): sequence for partition, sequence in positions.items()}
        try:
            async with asyncio.timeout(_PATIENCE):
                refused = await self._move(keys)
                if refused:
                    await self._create(refused)
                    if left := await self._move({key: keys[key] for key in refused}):
                        raise next(iter(left.values()))
        except (RedisError, OSError, TimeoutError) as error:
            raise Unavailable(f"redis: {str(error) or 'no answer'}") from error

    async def close(self) -> None:
        """Give the connections back."""
        await self._reader.aclose()
        await self._writer.aclose()

    def _understand(self, epoch: int, positions: Mapping[int, int], reply: _RawReply) -> Reading:
        found = dict(reply)
        heads = found.pop(HEADS.encode(), None)
        # Nothing at all: look at the heads from the start again, in case that Redis came back with older ones.
        self._heads_id = heads[-1][0].decode() if heads else self._heads_id if found else _START
        numbers = {events_stream(epoch, partition).encode(): partition for partition in positions}
        entries = {numbers[key]: [_entry(raw) for raw in raws] for key, raws in found.items()}
        return Reading(
            entries,
            _fields(heads[-1]).get(_HEADS_DATA, b"") if heads else None,
            any(len(raws) >= self._count for raws in found.values()),
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


def _connect(redis_url: str) -> Redis:
    """The defaults (5 s socket timeout, 10 retries) would cut a blocking read short and do it again in secret. Any
    socket timeout would also make redis-py use asyncio.wait_for, which swallows cancellations before Python 3.12.
    """
    return Redis.from_url(redis_url, socket_timeout=None, retry=None, protocol=2, socket_connect_timeout=2)


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
