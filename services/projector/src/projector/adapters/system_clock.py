"""The clock of the machine."""

from datetime import UTC, datetime


class SystemClock:
    """See Clock."""

    def now(self) -> datetime:
        """This moment, aware."""
        return datetime.now(UTC)
