"""Commands that are accepted now and run later: what is stored of them, and how one ends."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from command_api.application.outcome import Outcome
from orders_contracts.commands import CommandFailed, CommandSucceeded


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the answer to a request hangs on beside the command: its `path`, and the answer's field for what it made."""

    path: str
    made: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """The wish that a command be run later, under an id by which its caller finds out what became of it."""

    command_id: UUID
    asked: Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCommand:
    """An accepted command as it is stored: `kind` and `body` are what `stored_form` makes of it."""

    command_id: UUID
    accepted_at: datetime
    kind: str
    body: bytes
    asked: Asked
    correlation_id: str
    actor: str | None
    expected_version: int | None


@dataclass(frozen=True, slots=True)
class Claim:
    """A stored command, for one to run. Others leave it alone for a while. `attempts` counts this one."""

    stored: StoredCommand
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The end of an accepted command, written together with what the command writes: it is stored no longer."""

    command_id: UUID
    event: CommandSucceeded | CommandFailed


class AcceptedCommands(Protocol):
    """The accepted commands that have not ended yet."""

    async def claim(self, kinds: Collection[str], most: int) -> Sequence[Claim]:
        """Take up to `most` that are due, the longest due first; nobody else gets them for a while.

        Those of other kinds than `kinds` are left to a replica that knows them. Raises Unavailable.
        """
        ...

    async def put_off(self, command_id: UUID, seconds: float) -> None:
        """Let a command be due again after `seconds`. One that has ended stays so. Raises Unavailable."""
        ...

    async def late_seconds(self) -> float:
        """For how long the one that has been due longest has been so; 0 where none is. Raises Unavailable."""
        ...


class Telling(Protocol):
    """Says what the caller would have been told, had it waited."""

    def result(self, asked: Asked, outcome: Outcome) -> Mapping[str, str | int]:
        """The body of the answer."""
        ...

    def problem(self, asked: Asked, correlation_id: str, error: Exception) -> Mapping[str, Any]:
        """The problem document (RFC 9457)."""
        ...
