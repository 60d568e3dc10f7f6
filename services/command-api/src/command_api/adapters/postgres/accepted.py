"""Commands that are accepted for later: stored, handed out to be run, put off."""

from collections.abc import Collection, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec

from command_api.adapters.postgres.accepted_statements import ACCEPT, CLAIM, LATE, PUT_OFF, STORED
from command_api.adapters.postgres.answers import answer_parameters
from command_api.adapters.postgres.coalescing import Coalescer
from command_api.adapters.postgres.health import Health
from command_api.adapters.postgres.pool import Database
from command_api.adapters.postgres.raw_json import RawJson
from command_api.adapters.postgres.writes import arrays, event_parameters
from command_api.application.errors import KeyTaken, Unavailable
from command_api.application.idempotency import StoredAnswer
from command_api.application.later import Asked, Claim, StoredCommand

_NAMES: Final = [f"command_{column.name}" for column in STORED]
_asked: Final = msgspec.json.Decoder(Asked)


class Acceptance(NamedTuple):
    """A command to be stored, the rows of its event, and what its caller is told where it sent an idempotency key."""

    command: StoredCommand
    events: list[tuple[Any, ...]]
    stored: StoredAnswer | None


class PostgresAcceptedCommands:
    """See the port. Many are stored with one statement."""

    def __init__(self, database: Database, health: Health, lease_seconds: float) -> None:
        """Whoever has claimed a command is thought dead after `lease_seconds`."""
        self._database = database
        self._health = health
        self._lease_seconds = lease_seconds
        self._store = Coalescer(self._store_together, lanes=1, most=64)

    async def store(self, acceptance: Acceptance) -> None:
        """Returns when the command is durable. Raises KeyTaken, Unavailable."""
        await self._store(acceptance)

    async def claim(self, kinds: Collection[str], most: int) -> Sequence[Claim]:
        await self._health.verify()
        parameters = {"kinds": list(kinds), "most": most, "seconds": self._lease_seconds}
        return [_read(*row) for row in await self._database.fetch(CLAIM, parameters)]

    async def put_off(self, command_id: UUID, seconds: float) -> None:
        await self._database.fetch(PUT_OFF, {"command_id": command_id, "seconds": seconds})

    async def late_seconds(self) -> float:
        await self._health.verify()
        ((seconds,),) = await self._database.fetch(LATE)
        return max(0.0, seconds or 0.0)

    async def _store_together(self, batch: Sequence[Acceptance]) -> Sequence[Exception | None]:
        """Of those with one key only the first is stored."""
        keys: set[bytes] = set()
        first = []
        for acceptance in batch:
            if acceptance.stored is None or acceptance.stored.scope not in keys:
                first.append(acceptance)
                keys.update(() if acceptance.stored is None else (acceptance.stored.scope,))
        try:
            stored = await self._accept(first)
        except Unavailable:
            raise
        except Exception:  # noqa: BLE001 - whose it is shows when each goes alone
            return [await self._store_alone(one) for one in batch]
        return [None if one.command.command_id in stored else KeyTaken() for one in batch]

    async def _store_alone(self, acceptance: Acceptance) -> Exception | None:
        try:
            return None if await self._accept([acceptance]) else KeyTaken()
        except Exception as error:  # noqa: BLE001 - it is raised again, to whom it belongs
            return error

    async def _accept(self, acceptances: Sequence[Acceptance]) -> set[UUID]:
        """The ids of those that were stored."""
        kept = [(one.command.command_id, one.stored) for one in acceptances if one.stored is not None]
        parameters = {
            **arrays(_NAMES, [_row(one.command) for one in acceptances]),
            **event_parameters([event for one in acceptances for event in one.events]),
            **answer_parameters(kept),
        }
        return {row[0] for row in await self._database.fetch(ACCEPT, parameters)}


def _row(command: StoredCommand) -> tuple[Any, ...]:
    return (
        command.command_id,
        command.accepted_at,
        command.kind,
        RawJson(command.body),
        RawJson(msgspec.json.encode(command.asked)),
        command.correlation_id,
        command.actor,
        command.expected_version,
    )


def _read(*row: Any) -> Claim:
    command_id, accepted_at, kind, body, asked, correlation_id, actor, expected_version, attempts = row
    stored = StoredCommand(
        command_id=command_id,
        accepted_at=accepted_at,
        kind=kind,
        body=body,
        asked=_asked.decode(asked),
        correlation_id=correlation_id,
        actor=actor,
        expected_version=expected_version,
    )
    return Claim(stored, attempts)
