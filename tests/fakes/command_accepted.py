"""The commands that were accepted for later, in memory: the same promises as on Postgres, without a server."""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from command_api.application.later import Claim, StoredCommand

LEASE_SECONDS = 30.0


@dataclass
class _Waiting:
    stored: StoredCommand
    due_at: float
    attempts: int = 0


class InMemoryAcceptedCommands:
    """See the port."""

    def __init__(self) -> None:
        self._waiting: dict[UUID, _Waiting] = {}

    def store(self, stored: StoredCommand) -> None:
        """From now on it is due."""
        self._waiting[stored.command_id] = _Waiting(stored, time.monotonic())

    def __contains__(self, command_id: UUID) -> bool:
        """Whether the command has not ended."""
        return command_id in self._waiting

    def end(self, command_id: UUID) -> None:
        """Forget it."""
        del self._waiting[command_id]

    def lapse(self, command_id: UUID) -> None:
        """Have its claim run out."""
        self._waiting[command_id].due_at = time.monotonic()

    async def claim(self, kinds: Collection[str], most: int) -> Sequence[Claim]:
        now = time.monotonic()
        due = [one for one in self._waiting.values() if one.due_at <= now and one.stored.kind in kinds]
        claimed = sorted(due, key=lambda one: one.due_at)[:most]
        for one in claimed:
            one.due_at = now + LEASE_SECONDS
            one.attempts += 1
        return [Claim(one.stored, one.attempts) for one in claimed]

    async def late_seconds(self) -> float:
        now = time.monotonic()
        return max((now - one.due_at for one in self._waiting.values() if one.due_at <= now), default=0.0)

    async def put_off(self, command_id: UUID, seconds: float) -> None:
        if command_id in self._waiting:
            self._waiting[command_id].due_at = time.monotonic() + seconds
