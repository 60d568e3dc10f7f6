"""What callers with an idempotency key were told, as it is stored."""

from collections.abc import Sequence
from typing import Any, Final

import orjson

from command_api.adapters.postgres.answer_statements import DROP_ANSWERS, FIND_ANSWERS, LOCK, STORED
from command_api.adapters.postgres.closing_statements import GOES_WITH
from command_api.adapters.postgres.coalescing import Coalescer
from command_api.adapters.postgres.pool import Database
from command_api.adapters.postgres.raw_json import RawJson
from command_api.adapters.postgres.writes import arrays
from command_api.application.idempotency import Answer, StoredAnswer

_NAMES: Final = [f"key_{name}" for name in (*(column.name for column in STORED), LOCK, GOES_WITH)]
_BATCH: Final = 1_000
"""Rows that are dropped at a time: few enough to be done within milliseconds."""


class Answers:
    """Looked up by their keys, many with one statement; and dropped when they are old."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ask = Coalescer(self._find, lanes=1, most=128)

    async def __call__(self, scope: bytes) -> StoredAnswer | None:
        """What is kept for a key. Raises Unavailable."""
        return await self._ask(scope)

    async def drop_old(self, hours: int) -> bool:
        """Drop a batch of those that are older, unless another replica is at it; tells whether there may be more.

        Raises Unavailable.
        """
        ((dropped,),) = await self._database.fetch(DROP_ANSWERS, {"hours": hours, "most": _BATCH})
        return bool(dropped == _BATCH)

    async def _find(self, scopes: Sequence[bytes]) -> Sequence[StoredAnswer | None]:
        rows = await self._database.fetch(FIND_ANSWERS, {"scopes": list(set(scopes))})
        found = {row[0]: _read(*row) for row in rows}
        return [found.get(scope) for scope in scopes]


def answer_parameters(kept: Sequence[tuple[object, StoredAnswer]]) -> dict[str, list[Any]]:
    """The arrays `key_...` for answers, each with the id of the order or command that it goes with, or None."""
    return arrays(_NAMES, [_row(goes_with, stored) for goes_with, stored in kept])


def _row(goes_with: object, stored: StoredAnswer) -> tuple[Any, ...]:
    return (
        stored.scope,
        stored.fingerprint,
        stored.answer.status,
        RawJson(orjson.dumps(dict(stored.answer.headers))),
        RawJson(stored.answer.body),
        int.from_bytes(stored.scope[:8], signed=True),
        goes_with,
    )


def _read(scope: bytes, fingerprint: bytes, status: int, headers: bytes, body: bytes) -> StoredAnswer:
    answer = Answer(status=status, headers=orjson.loads(headers), body=body)
    return StoredAnswer(scope=scope, fingerprint=fingerprint, answer=answer)
