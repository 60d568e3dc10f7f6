"""Scripts on a Redis server: many calls in one round trip, and the script loaded again when the server forgot it."""

import hashlib
from collections.abc import Iterable, Sequence
from importlib.resources import files
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import NoScriptError, RedisError

from outbox_relay.application.ports import StreamUnavailable

Call = tuple[str, Iterable[str | bytes | int]]
"""The key and the arguments of one call."""


class Script:
    """The script in the file `name` of this package, run over `client`."""

    def __init__(self, client: Redis, name: str) -> None:
        self._client = client
        self._text = files("outbox_relay.adapters").joinpath(name).read_text("utf-8")
        self._sha = hashlib.sha1(self._text.encode(), usedforsecurity=False).hexdigest()

    async def run(self, calls: Sequence[Call]) -> list[Any]:
        """The answers to these calls, each whole or not at all. Raises StreamUnavailable when one of them failed."""
        try:
            answers = await self._send(calls)
            if forgotten := [i for i, answer in enumerate(answers) if isinstance(answer, NoScriptError)]:
                await self._client.script_load(self._text)
                for i, answer in zip(forgotten, await self._send([calls[i] for i in forgotten]), strict=True):
                    answers[i] = answer
        except (RedisError, OSError) as error:
            raise unavailable(error) from error
        for answer in answers:
            if isinstance(answer, Exception):
                raise unavailable(answer) from answer
        return answers

    async def _send(self, calls: Sequence[Call]) -> list[Any]:
        pipeline = self._client.pipeline(transaction=False)
        for key, arguments in calls:
            pipeline.execute_command("EVALSHA", self._sha, 1, key, *arguments)
        answers: list[Any] = await pipeline.execute(raise_on_error=False)
        return answers


def unavailable(error: Exception) -> StreamUnavailable:
    """What the relay is told of an error, in one line."""
    return StreamUnavailable(f"redis: {str(error).strip() or type(error).__name__}".splitlines()[0])
