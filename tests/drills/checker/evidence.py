"""What a check is made from: the log as it is, the streams, the read side. Plain data, so that tests can doctor it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


class Event(NamedTuple):
    """One row of the outbox. `tick` is None when no tick has seen it; `sequence` counts in its partition from 1.

    `xid` is the transaction that wrote it.
    """

    partition: int
    sequence: int
    tick: int | None
    event_id: str
    aggregate: tuple[str, str]
    version: int
    type: str
    raw: bytes
    correlation: str
    xid: int = 0


class Tick(NamedTuple):
    """One row of `outbox_tick`: transactions below `xmax` are seen, but for those `under_way`."""

    number: int
    xmax: int
    under_way: frozenset[int]
    heads: tuple[int, ...]

    def sees(self, xid: int) -> bool:
        """Whether that transaction was over."""
        return xid < self.xmax and xid not in self.under_way


class Entry(NamedTuple):
    """One entry of a stream; `second` is the part of its id after the dash."""

    sequence: int
    second: int
    event_id: str
    prev: str
    raw: bytes


class Checkpoint(NamedTuple):
    """How far the projection is in a partition."""

    epoch: int
    sequence: int
    event_id: str


@dataclass(slots=True)
class Log:
    """The write side. `events` in the order of tick and position; `waiting` accepted commands have not ended."""

    events: list[Event]
    ticks: list[Tick]
    partitions: int
    epoch: int
    waiting: int = 0

    def heads(self) -> list[int]:
        """How many events each partition has."""
        heads = [0] * self.partitions
        for event in self.events:
            heads[event.partition] += 1
        return heads


@dataclass(slots=True)
class Summary:
    """A row of order_summary."""

    status: str
    total_cents: int
    skus: list[str]
    customer_id: str
    doc: bytes


@dataclass(slots=True)
class ReadSide:
    """The read models as stored. History by order and version, products by SKU with whether they are listed.

    Commands have the token of what they did, where they did something. Sums of customers and days by currency.
    """

    orders: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    summaries: dict[str, Summary] = field(default_factory=dict)
    history: dict[tuple[str, int], bytes] = field(default_factory=dict)
    products: dict[str, tuple[int, bool, bytes]] = field(default_factory=dict)
    commands: dict[str, tuple[int, str | None, bytes]] = field(default_factory=dict)
    totals: dict[str, tuple[int, int]] = field(default_factory=dict)
    customers: dict[tuple[str, str], tuple[int, int, int, str]] = field(default_factory=dict)
    days: dict[tuple[str, str], tuple[int, ...]] = field(default_factory=dict)
    checkpoints: dict[int, Checkpoint] = field(default_factory=dict)
    parked: int = 0


@dataclass(slots=True)
class Streams:
    """Redis. `removed` are the entries that a fault took out, by partition; `replies` maps each reply to its TTL."""

    entries: Mapping[int, Sequence[Entry]]
    removed: Mapping[int, set[int]] = field(default_factory=dict)
    replies: Mapping[str, int] = field(default_factory=dict)
