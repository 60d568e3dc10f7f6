"""Accepted commands as they are stored and ended, good ones and one against each constraint of their table."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid4

import psycopg

from command_api.adapters.postgres.accepted import Acceptance
from command_api.adapters.postgres.order_writes import Ending
from command_api.adapters.postgres.raw_json import RawJson
from command_api.application.errors import KeyTaken
from command_api.application.later import Asked, StoredCommand
from tests.integration.command_api.test_committing_answers import answer

AT: Final = datetime(2026, 1, 1, tzinfo=UTC)


def acceptance(**changed: Any) -> Acceptance:
    """A well-formed one, of a kind that nobody runs, but for what is `changed` in the command."""
    command_id = uuid4()
    command = StoredCommand(
        command_id=command_id,
        accepted_at=AT,
        kind="NobodyRunsThis",
        body=b"{}",
        asked=Asked(path="/api/v1/orders"),
        correlation_id="test",
        actor=None,
        expected_version=None,
    )
    return Acceptance(replace(command, **changed), [_event(command_id, 1, "CommandAccepted")], answer())


def ending(accepted: Acceptance) -> Ending:
    """Of that command."""
    command_id = accepted.command.command_id
    return Ending(command_id, [_event(command_id, 2, "CommandSucceeded")])


def _event(command_id: UUID, version: int, name: str) -> tuple[Any, ...]:
    return 0, uuid4(), "command", str(command_id), version, f"orders.{name}.v1", RawJson(b"{}"), AT


class BadAcceptance(NamedTuple):
    """`of` makes a bad one out of a good one that is stored; `refused` is how it ends."""

    of: Callable[[Acceptance], Acceptance]
    refused: type[Exception]


def _without(column: str, refused: type[Exception] = psycopg.errors.NotNullViolation) -> BadAcceptance:
    return BadAcceptance(lambda _: acceptance(**{column: None}), refused)


def _event_of(stored: Acceptance) -> Acceptance:
    """A new command, with an event whose place in the log another one has."""
    new = acceptance()
    event = list(new.events[0])
    event[2:5] = "order", str(new.command.command_id), 1
    return new._replace(events=[tuple(event), tuple(event)], stored=stored.stored and answer())


BAD: Final[dict[str, BadAcceptance]] = {
    "accepted_commands.accepted_commands_pkey": BadAcceptance(
        lambda stored: stored._replace(stored=answer()), psycopg.errors.UniqueViolation
    ),
    "accepted_commands.command_id": _without("command_id"),
    "accepted_commands.accepted_at": _without("accepted_at"),
    "accepted_commands.kind": _without("kind"),
    "accepted_commands.body": _without("body", TypeError),
    "accepted_commands.correlation_id": _without("correlation_id"),
    "outbox.outbox_aggregate_type_aggregate_id_version_key": BadAcceptance(_event_of, psycopg.errors.UniqueViolation),
    "idempotency_keys.idempotency_keys_pkey": BadAcceptance(
        lambda stored: acceptance()._replace(stored=stored.stored), KeyTaken
    ),
}
UNREACHABLE: Final = {"accepted_commands.asked"}
"""It is encoded, whatever it is."""
