"""Does outside what is left to be done: what orders have decided, and what they reserved for nothing.

Every replica sweeps. Whoever takes something off the list has it to himself for a while, and leaves it there until it
is done: a crash only delays it.
"""

import asyncio
from typing import Final

from command_api.adapters.http.circuit import NoAnswer
from command_api.adapters.http.inventory_call import InventoryCall
from command_api.adapters.postgres.intents import Intent, PostgresIntents

AT_ONCE: Final = 16
LONGEST_PAUSE: Final = 300.0
"""Seconds between two attempts at one thing, at most."""


class Sweep:
    """One for the process."""

    def __init__(self, call: InventoryCall, intents: PostgresIntents, *, lease_seconds: float) -> None:
        """Who takes something has it to himself for `lease_seconds`, which is longer than a call may last."""
        self._call = call
        self._intents = intents
        self._lease = lease_seconds

    async def __call__(self) -> bool:
        """Do some of what is due. Answers whether any of it is done, so that there may be more. Raises Unavailable."""
        intents = await self._intents.claim(AT_ONCE, self._lease, LONGEST_PAUSE)
        return any(await asyncio.gather(*(self._do(intent) for intent in intents)))

    async def _do(self, intent: Intent) -> bool:
        try:
            await self._call(intent)
        except NoAnswer:
            return False
        await self._intents.done(intent.intent_id)
        return True
