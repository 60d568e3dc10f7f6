"""Time and identifiers from this machine."""

from datetime import UTC, datetime
from uuid import UUID

from uuid_utils.compat import uuid7


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """This moment, aware, in UTC."""
        return datetime.now(UTC)


class UuidV7Ids:
    """Identifiers that sort by the moment they were made (RFC 9562)."""

    def new(self) -> UUID:
        """A fresh one."""
        return uuid7()
