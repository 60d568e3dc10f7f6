"""From the events of a batch to the rows that they change, in all read models at once."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple

from orders_contracts.changes import Change
from orders_contracts.codec import Event
from orders_contracts.envelope import Envelope
from orders_contracts.orders import OrderEvent
from orders_contracts.products import ProductEvent
from projector.application.log import Aggregate, Entry, ParkedEvent, Slice, Unreadable, aggregate_of
from projector.application.projections.command_status import CommandStatusRow, command_status_row
from projector.application.projections.order_document import OrderView, Unappliable, read_order_view
from projector.application.projections.order_history import OrderHistoryRow, order_history_row
from projector.application.projections.order_summary import OrderSummaryRow, order_summary_row
from projector.application.projections.order_view import OrderViewRow, evolve_order, order_key, order_view_row
from projector.application.projections.product_view import ProductViewRow, product_view_row

WAITS: Final = "waits behind an earlier event of this aggregate"


class Writes(NamedTuple):
    """Rows for each table, in key order: two projectors that meet on a row must not deadlock. And what has changed.

    `applied` are the events that went into it, `parked_event` those that did not.
    """

    order_view: Sequence[OrderViewRow]
    order_summary: Sequence[OrderSummaryRow]
    order_history: Sequence[OrderHistoryRow]
    product_view: Sequence[ProductViewRow]
    command_status: Sequence[CommandStatusRow]
    changes: Sequence[Change]
    applied: Sequence[Event] = ()
    parked_event: Sequence[ParkedEvent] = ()


Refusals = Mapping[tuple[int, int], str]
"""Why the read database refuses an event, by partition and sequence."""
NONE_REFUSED: Final[Refusals] = {}
NONE_PARKED: Final[Mapping[int, AbstractSet[Aggregate]]] = {}


def orders_to_load(events: Iterable[Event]) -> list[str]:
    """The ids of the orders whose documents must be known before these events: all but those that begin here."""
    first: dict[str, int] = {}
    for envelope, data in events:
        if isinstance(data, OrderEvent):
            first.setdefault(envelope.subject, envelope.aggregateversion)
    return [order_id for order_id, version in first.items() if version > 1 and is_order(order_id)]


def fold(
    slices: Iterable[Slice],
    documents: Iterable[bytes],
    parked: Mapping[int, AbstractSet[Aggregate]] = NONE_PARKED,
    refused: Refusals = NONE_REFUSED,
) -> Writes:
    """The rows after all events of `slices`, given the stored documents of `orders_to_load`.

    An event that cannot be read or applied is parked, and so is what comes behind it of the same aggregate, and all of
    the aggregates that are `parked` in a partition, and what is `refused`.
    """
    batch, apart = Batch(documents), list[ParkedEvent]()
    for piece in slices:
        held = set(parked.get(piece.partition, ()))
        for entry, event in zip(piece.entries, piece.events, strict=True):
            reason = _hindrance(event, held) if held or isinstance(event, Unreadable) else ""
            reason = refused.get((piece.partition, entry.sequence), reason) if refused else reason
            if isinstance(event, Event) and not reason:
                try:
                    batch.add(event)
                except UNFIT as error:
                    reason = f"cannot be applied: {error}"
            if reason:
                apart.append(_set_apart(piece.partition, entry, event, reason))
                held.add(apart[-1].aggregate)
    return batch.writes()._replace(parked_event=apart)


def _hindrance(event: Event | Unreadable, held: AbstractSet[Aggregate]) -> str:
    """Why an event is parked without a try; empty if it is tried."""
    if isinstance(event, Unreadable):
        return event.reason
    return WAITS if aggregate_of(event) in held else ""


def _set_apart(partition: int, entry: Entry, event: Event | Unreadable, reason: str) -> ParkedEvent:
    if isinstance(event, Unreadable):
        whose, version, type_, _ = event
    else:
        whose, version, type_ = aggregate_of(event), event.envelope.aggregateversion, event.envelope.type
    return ParkedEvent(partition, entry.sequence, entry.event_id, whose, version, type_, entry.data, reason)


def is_order(order_id: str) -> bool:
    """Whether this can be the id of an order."""
    try:
        return bool(order_key(order_id))
    except ValueError:
        return False


UNFIT: Final = (Unappliable, ValueError)
"""What `Batch.add` raises."""


class Batch:
    """The documents of a batch while its events go by."""

    def __init__(self, documents: Iterable[bytes]) -> None:
        self._orders: dict[str, OrderView] = {}
        self._keys: dict[str, bytes] = {}
        self._products: dict[str, tuple[Envelope, ProductEvent]] = {}
        self._commands: dict[str, CommandStatusRow] = {}
        self._history: list[OrderHistoryRow] = []
        self._applied: list[Event] = []
        for document in documents:
            view = read_order_view(document)
            self._orders[view.order_id] = view

    def add(self, event: Event) -> None:
        """Take one event in. Raises Unappliable and ValueError; all is as it was then."""
        envelope, data = event
        if isinstance(data, OrderEvent):
            subject = envelope.subject
            key = self._keys.get(subject) or order_key(subject)
            self._orders[subject] = evolve_order(self._orders.get(subject), event, data)
            self._keys[subject] = key
            self._history.append(order_history_row(key, envelope))
        elif isinstance(data, ProductEvent):
            self._products[data.sku] = envelope, data
        else:
            self._take(envelope.subject, command_status_row(envelope, data))
        self._applied.append(event)

    def _take(self, command_id: str, row: CommandStatusRow) -> None:
        """Of a command the newest row stays: one that was parked may come after later ones."""
        known = self._commands.get(command_id)
        if known is None or known.version < row.version:
            self._commands[command_id] = row

    def pass_over(self, order_id: str, version: int) -> None:
        """Have an order take the next event as if it had taken `version` already. Without a document, nothing is."""
        view = self._orders.get(order_id)
        if view is not None and view.version < version:
            view.version = version
            self._keys[order_id] = order_key(order_id)

    def writes(self) -> Writes:
        """All rows of what has been touched."""
        orders = sorted((key, self._orders[subject]) for subject, key in self._keys.items())
        changes: list[Change] = [("order", subject, self._orders[subject].version) for subject in self._keys]
        changes += [("product", sku, envelope.aggregateversion) for sku, (envelope, _) in self._products.items()]
        changes += [("command", command_id, row.version) for command_id, row in self._commands.items()]
        self._history.sort()
        return Writes(
            [order_view_row(key, view) for key, view in orders],
            [order_summary_row(key, view) for key, view in orders],
            self._history,
            [product_view_row(*self._products[sku]) for sku in sorted(self._products)],
            sorted(self._commands.values()),
            changes,
            self._applied,
        )
