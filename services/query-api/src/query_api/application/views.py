"""What questions are answered with: mostly documents, ready as bytes of JSON, that nobody here looks into."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final, NamedTuple, NewType
from uuid import UUID

OrderId = NewType("OrderId", UUID)
CustomerId = NewType("CustomerId", UUID)
CommandId = NewType("CommandId", UUID)
Sku = NewType("Sku", str)


@dataclass(frozen=True, slots=True)
class Document:
    """One order, product or command as it is answered, and the version that it shows (from 1).

    `token` is the Consistency-Token of what a command has changed.
    """

    version: int
    body: bytes
    token: str | None = None


@dataclass(frozen=True, slots=True)
class OrderFilters:
    """Which orders are asked for; None asks for all.

    Both bounds of the total (minor units) are included; so is `created_from`, `created_to` is not. Moments are aware.
    """

    customer_id: CustomerId | None = None
    status: str | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    min_total_cents: int | None = None
    max_total_cents: int | None = None
    sku: Sku | None = None
    reference: str | None = None

    def given(self) -> dict[str, object]:
        """The filters that are not None, by name, always in the same order."""
        return {field.name: value for field in fields(self) if (value := getattr(self, field.name)) is not None}


@dataclass(frozen=True, slots=True)
class OrderPosition:
    """Where a page of orders ends: newest first, equal moments by id, descending."""

    created_at: datetime
    order_id: OrderId


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Summaries as bytes of JSON; `end` is where the next page goes on, None on the last."""

    items: list[bytes]
    end: OrderPosition | None


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Events as bytes of JSON, oldest first; `end` is the last version shown, None on the last page."""

    items: list[bytes]
    end: int | None


CHANGES_AT_ONCE: Final = 20
"""As many events of one order are held in memory for a stream, however far behind it is."""


class Change(NamedTuple):
    """What a stream tells at once: a version (from 1), and the JSON that tells of it."""

    version: int
    body: bytes


@dataclass(frozen=True, slots=True)
class ProductPage:
    """Products as bytes of JSON, by SKU; `end` is the last SKU shown, None on the last page."""

    items: list[bytes]
    end: Sku | None


@dataclass(frozen=True, slots=True)
class PartitionProgress:
    """How far one partition is: the last sequence seen to, the last that is known to exist, and events set apart."""

    partition: int
    sequence: int
    head: int | None
    parked: int

    @property
    def events_behind(self) -> int | None:
        return None if self.head is None else max(0, self.head - self.sequence)


@dataclass(frozen=True, slots=True)
class ProjectionProgress:
    """How far a projection is. `seconds_behind` is None until all that was once known to exist has been applied."""

    projection: str
    epoch: int | None
    partitions: list[PartitionProgress]
    seconds_behind: float | None

    @property
    def parked(self) -> int:
        return sum(one.parked for one in self.partitions)
