"""What every start does once: an upgrade may know by now what had to be parked."""

import asyncio
from typing import Final, Protocol

from projector.application.parking import retry
from projector.application.parking_ports import ParkingLot
from projector.application.ports import Unavailable

REST: Final = 1.0
"""Seconds between two attempts to reach the read database."""


class StartUpJournal(Protocol):
    """Where people are told how it went."""

    def retried(self, events: int) -> None:
        """So many parked events are applied."""
        ...

    def failing(self, reason: str, error: BaseException | None) -> None:
        """It was given up for an error that nobody has foreseen."""
        ...


async def retry_parked(lot: ParkingLot, journal: StartUpJournal) -> None:
    """Retry everything that is parked, beside the worker, as soon as the read database answers."""
    while True:
        try:
            journal.retried(await retry(lot))
        except Unavailable:
            await asyncio.sleep(REST)
        # The worker must go on, whatever is wrong with events that are set apart.
        except Exception as error:  # noqa: BLE001
            journal.failing(f"parked events cannot be retried: {error!r}", error)
            return
        else:
            return
