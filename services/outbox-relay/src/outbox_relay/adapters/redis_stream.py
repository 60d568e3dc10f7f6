"""The streams of a Redis server, written by one script call per partition and batch."""

from collections.abc import Iterable, Sequence
from typing import Final

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from orders_contracts.heads import Heads, encode_heads
from orders_contracts.streams import HEADS, entry_id, events_stream
from outbox_relay.adapters.redis_script import Script
from outbox_relay.application.ports import Batch, Last, Spoken

WINDOW: Final = 10_000
_ASK_ONLY: Final = ("?", "", 0, 0, "")
"""Expects what no stream ends with, so the script writes nothing and answers how the stream ends."""


def connect(url: str) -> Redis:
    """A client that waits at most 5 s for an answer and never repeats a command by itself.

    A repeated script would be refused by its own first run; the relay reads the stream again instead.
    """
    return Redis.from_url(
        url,
        protocol=2,
        socket_connect_timeout=2,
        socket_timeout=5,
        retry=Retry(NoBackoff(), 0),
        client_name="outbox-relay",
        driver_info=None,  # Redis 7.0 has no CLIENT SETINFO, and the relay's user no right to it
    )


class RedisStream:
    """The streams behind `client`, each kept near `length` entries, and `window` behind its slowest group.

    Closing the client is the caller's business.
    """

    def __init__(self, client: Redis, length: int, window: int = WINDOW) -> None:
        self._length = length
        self._window = window
        self._publish = Script(client, "publish.lua")
        self._announce = Script(client, "announce.lua")
        self._trim = Script(client, "trim.lua")

    async def last(self, epoch: int, partitions: Sequence[int]) -> list[Last]:
        """How these partitions' streams end. Raises StreamUnavailable."""
        answers = await self._publish.run([(events_stream(epoch, partition), _ASK_ONLY) for partition in partitions])
        return [_last(answer) for answer in answers]

    async def publish(self, epoch: int, batches: Sequence[Batch]) -> list[Last | None]:
        """Write each batch wholly or not at all: None, or how its stream really ends. Raises StreamUnavailable."""
        calls = [(events_stream(epoch, batch.partition), self._arguments(batch)) for batch in batches]
        return [None if answer is None else _last(answer) for answer in await self._publish.run(calls)]

    async def trim(self, epoch: int, partitions: Sequence[int]) -> int:
        """Let go of what all groups have passed, less the window; how much it was. Raises StreamUnavailable."""
        calls = [(events_stream(epoch, partition), (self._window,)) for partition in partitions]
        return sum(await self._trim.run(calls)) if calls else 0

    async def announce(self, heads: Heads, outdated: int = 0) -> Spoken | None:
        """Replace the heads entry: None, or whose stays, being of a later epoch or a later tick than `heads`.

        Heads of the tick `outdated` are replaced all the same. Raises StreamUnavailable.
        """
        (refused,) = await self._announce.run([(HEADS, (heads.epoch, heads.tick, encode_heads(heads), outdated))])
        return None if refused is None else Spoken(*refused)

    def _arguments(self, batch: Batch) -> Iterable[str | bytes | int]:
        first, rows = batch.first, batch.rows
        last = first + len(rows) - 1
        arguments: list[str | bytes | int] = [*batch.expected, self._length, last, batch.prev]
        for sequence, (_, event_id, type_, data) in enumerate(rows, first):
            arguments += (entry_id(sequence), event_id, type_, data)
        return arguments


def _last(answer: Sequence[bytes]) -> Last:
    entry, event_id = answer
    return Last(entry.decode(), event_id.decode())
