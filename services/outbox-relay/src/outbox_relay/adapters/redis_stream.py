"""The streams of a Redis server, written by one script call per partition and batch."""

import hashlib
from collections.abc import Iterable, Sequence
from importlib.resources import files
from typing import Any, Final

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisError, ResponseError

from orders_contracts.heads import Heads, encode_heads
from orders_contracts.streams import HEADS, HEADS_FIELD, entry_id, events_stream
from outbox_relay.application.ports import Batch, Last, StreamUnavailable

SCRIPT: Final = files("outbox_relay.adapters").joinpath("publish.lua").read_text("utf-8")
_SHA: Final = hashlib.sha1(SCRIPT.encode(), usedforsecurity=False).hexdigest()
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
    )


class RedisStream:
    """The streams behind `client`, each kept near `length` entries. Closing the client is the caller's business."""

    def __init__(self, client: Redis, length: int) -> None:
        self._client = client
        self._length = length

    async def last(self, epoch: int, partitions: Sequence[int]) -> list[Last]:
        """How these partitions' streams end. Raises StreamUnavailable."""
        answers = await self._run([(events_stream(epoch, partition), _ASK_ONLY) for partition in partitions])
        return [_last(answer) for answer in answers]

    async def publish(self, epoch: int, batches: Sequence[Batch]) -> list[Last | None]:
        """Write each batch wholly or not at all: None, or how its stream really ends. Raises StreamUnavailable."""
        calls = [(events_stream(epoch, batch.partition), self._arguments(batch)) for batch in batches]
        return [None if answer is None else _last(answer) for answer in await self._run(calls)]

    async def announce(self, heads: Heads) -> bool:
        """Replace the heads entry; False when one of a later tick is there. Raises StreamUnavailable."""
        try:
            await self._client.xadd(
                HEADS, {HEADS_FIELD: encode_heads(heads)}, id=f"{heads.tick}-*", maxlen=1, approximate=False
            )
        except ResponseError as error:
            if "equal or smaller" in str(error):
                return False
            raise _unavailable(error) from error
        except (RedisError, OSError) as error:
            raise _unavailable(error) from error
        return True

    def _arguments(self, batch: Batch) -> Iterable[str | bytes | int]:
        first, rows = batch.first, batch.rows
        last = first + len(rows) - 1
        arguments: list[str | bytes | int] = [*batch.expected, self._length, last, batch.prev]
        for sequence, (_, event_id, type_, data) in enumerate(rows, first):
            arguments += (entry_id(sequence), event_id, type_, data)
        return arguments

    async def _run(self, calls: Sequence[tuple[str, Iterable[str | bytes | int]]]) -> list[Any]:
        """One script call each, in one round trip; two more when the server has forgotten the script."""
        try:
            answers = await self._send(calls)
            if forgotten := [i for i, answer in enumerate(answers) if isinstance(answer, NoScriptError)]:
                await self._client.script_load(SCRIPT)
                for i, answer in zip(forgotten, await self._send([calls[i] for i in forgotten]), strict=True):
                    answers[i] = answer
        except (RedisError, OSError) as error:
            raise _unavailable(error) from error
        for answer in answers:
            if isinstance(answer, Exception):
                raise _unavailable(answer) from answer
        return answers

    async def _send(self, calls: Sequence[tuple[str, Iterable[str | bytes | int]]]) -> list[Any]:
        pipeline = self._client.pipeline(transaction=False)
        for key, arguments in calls:
            pipeline.execute_command("EVALSHA", _SHA, 1, key, *arguments)
        answers: list[Any] = await pipeline.execute(raise_on_error=False)
        return answers


def _last(answer: Sequence[bytes]) -> Last:
    entry, event_id = answer
    return Last(entry.decode(), event_id.decode())


def _unavailable(error: Exception) -> StreamUnavailable:
    return StreamUnavailable(f"redis: {str(error).strip() or type(error).__name__}".splitlines()[0])
