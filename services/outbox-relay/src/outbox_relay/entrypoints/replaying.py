"""The replayer's life, beside the relay's: one request after the other, and a rest when it cannot go on."""

import asyncio
from contextlib import suppress
from typing import Final

from outbox_relay.application.ports import LinkFailure
from outbox_relay.application.replay_ports import ReplayObserver
from outbox_relay.application.replayer import Replayer
from outbox_relay.entrypoints.loop import pause

WAIT_SECONDS: Final = 1.0
"""How long one look for requests waits for them. So late may one be that has become this relay's."""


async def run(replayer: Replayer, observer: ReplayObserver, stop: asyncio.Event) -> None:
    """Serve until `stop` is set. May be cancelled at any moment: whatever reached an engine is whole or nothing."""
    attempt = 0
    while not stop.is_set():
        try:
            await replayer.turn(WAIT_SECONDS)
        except LinkFailure as failure:
            attempt += 1
            observer.replay_failed(failure)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause(attempt + 1))
        else:
            attempt = 0
