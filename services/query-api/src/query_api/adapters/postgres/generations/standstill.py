"""The moment in which the live views come to show another generation."""

import time
from typing import Final

from query_api.adapters.postgres.generations import checkpoints
from query_api.adapters.postgres.generations.connection import Owner
from query_api.adapters.postgres.live import CHANNEL
from query_api.application.generations.ports import Blueprint
from query_api.application.generations.standing import Standing

_NOTE: Final = """
UPDATE public.live_generation SET generation = %s, previous = %s, promoted_at = clock_timestamp() RETURNING generation
"""


class PostgresStandstill:
    """The port Standstill, inside a transaction of `owner` that has locked the note of what is live."""

    def __init__(self, owner: Owner, blueprint: Blueprint, live: str, name: str) -> None:
        self._owner = owner
        self._blueprint = blueprint
        self._name = name
        self.live: Standing = checkpoints.held(owner, live)

    def other(self) -> Standing:
        return checkpoints.standing(self._owner, self._name)

    def hold(self) -> Standing:
        return checkpoints.held(self._owner, self._name)

    def astray(self) -> int:
        return checkpoints.astray(self._owner, self.live.generation, self._name)

    def switch(self) -> None:
        """Questions wait behind the first view that is locked, so all locks together may take no longer than one."""
        until = time.monotonic() + self._owner.lock_seconds
        for statement in self._blueprint.views(self._name):
            self._owner.wait_for(until - time.monotonic())
            self._owner.run(statement)
        self._owner.rows(_NOTE, [self._name, self.live.generation])
        self._owner.rows("SELECT pg_notify(%s, %s)", [CHANNEL, self._name])
