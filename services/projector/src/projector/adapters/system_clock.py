"""The clock of the machine."""

import time
from datetime import UTC, datetime


class SystemClock:
    """See Clock."""

    def now(self) -> datetime:
        """This moment, aware."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some moment."""
        return time.monotonic()
