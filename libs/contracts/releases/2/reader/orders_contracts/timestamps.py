"""One way to write a moment: RFC 3339 in UTC, always with six digits of microseconds and a Z."""

from datetime import UTC, datetime
from typing import Annotated

from msgspec import Meta

Timestamp = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]


def timestamp(moment: datetime) -> str:
    """Write an aware `moment`, for example `2026-11-22T03:43:08.000120Z`.

    Equal widths make the texts sort like the moments, so readers may compare them as they are.
    Raises ValueError for a naive moment.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone names no point in time")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def moment(text: str) -> datetime:
    """Read what `timestamp` wrote, as an aware datetime in UTC. Raises ValueError."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(f"{text} has no time zone and names no point in time")
    return found.astimezone(UTC)
