"""command_status: what became of a command that was accepted for later, as the JSON that is answered.

The event that ends a command tells it whole, so nothing is loaded.
"""

from typing import Any, Final, NamedTuple, assert_never
from uuid import UUID

import msgspec
from msgspec import UNSET, Struct, UnsetType

from orders_contracts.commands import CommandAccepted, CommandEvent, CommandFailed, CommandSucceeded, Written
from orders_contracts.consistency import ConsistencyToken, decode_token, encode_token
from orders_contracts.envelope import Envelope
from projector.application.projections.order_document import Unappliable
from projector.application.projections.read_model import Column, Kind, ReadModel

_encode: Final = msgspec.json.Encoder().encode


class CommandStatus(Struct, frozen=True, kw_only=True):
    """The document, in the order of its keys. What has not come about is not there."""

    command_id: str
    command: str
    status: str
    result: dict[str, str | int] | UnsetType = UNSET
    problem: dict[str, Any] | UnsetType = UNSET
    accepted_at: str
    ended_at: str | UnsetType = UNSET


class CommandStatusRow(NamedTuple):
    """A row of the table. `token` is the Consistency-Token of what the command changed."""

    command_id: bytes
    version: int
    token: str | None
    doc: bytes


COMMAND_STATUS: Final = ReadModel(
    "command_status",
    CommandStatusRow,
    (
        Column("command_id", Kind.UUID, key=True),
        Column("version", Kind.BIGINT),
        Column("token", Kind.TEXT, nullable=True),
        Column("doc", Kind.JSON),
    ),
    newest="version",
)


def command_status_row(envelope: Envelope, data: CommandEvent) -> CommandStatusRow:
    """The row for a command as it is after this event.

    Raises Unappliable for an event out of its place, ValueError for an id or a token that cannot be.
    """
    subject, version, at = envelope.subject, envelope.aggregateversion, envelope.time
    token = None
    match data:
        case CommandAccepted():
            document = CommandStatus(command_id=subject, command=data.command, status="accepted", accepted_at=at)
        case CommandSucceeded():
            token = _token(data.written)
            document = _ended(envelope, data, "succeeded", result=data.result)
        case CommandFailed():
            document = _ended(envelope, data, "failed", problem=data.problem)
        case _:
            assert_never(data)
    if version != (1 if document.ended_at is UNSET else 2):
        raise Unappliable(f"command {subject} cannot be {document.status} at version {version}")
    return CommandStatusRow(UUID(subject).bytes, version, token, _encode(document))


def _ended(
    envelope: Envelope, data: CommandSucceeded | CommandFailed, status: str, **outcome: dict[str, Any]
) -> CommandStatus:
    return CommandStatus(
        command_id=envelope.subject,
        command=data.command,
        status=status,
        accepted_at=data.accepted_at,
        ended_at=envelope.time,
        **outcome,
    )


def _token(written: Written) -> str:
    """What query-api will take for `written`. Raises ValueError where that is no aggregate."""
    token = encode_token(ConsistencyToken(written.aggregate_type, written.aggregate_id, written.version))
    decode_token(token)
    return token
