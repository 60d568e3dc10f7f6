"""What became of a command that was accepted for later. Its aggregate is the command: version 1, then 2, no more.

The second event tells whole how the command ended, when it was accepted too: a reader needs nothing of the first.
"""

from typing import Any, Literal

from msgspec import Struct

from orders_contracts.timestamps import Timestamp


class Written(Struct, frozen=True, kw_only=True):
    """The aggregate that the command changed, at the version that it brought about."""

    aggregate_type: Literal["order", "product"]
    aggregate_id: str
    version: int


class CommandAccepted(Struct, frozen=True, kw_only=True):
    """The command is stored and will be run, once in effect."""

    command: str


class CommandSucceeded(Struct, frozen=True, kw_only=True):
    """The command took effect. `result` is the body that the synchronous call would have answered."""

    command: str
    accepted_at: Timestamp
    written: Written
    result: dict[str, str | int]


class CommandFailed(Struct, frozen=True, kw_only=True):
    """The command changed nothing. `problem` is what the synchronous call would have answered (RFC 9457)."""

    command: str
    accepted_at: Timestamp
    problem: dict[str, Any]


CommandEvent = CommandAccepted | CommandSucceeded | CommandFailed
