"""From the events of a batch to the rows that they change, in all read models at once."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Final, NamedTuple, TypeVar, cast

from orders_contracts.changes import Change
from orders_contracts.codec import Event
from orders_contracts.commands import CommandEvent
from orders_contracts.envelope import Envelope
from orders_contracts.orders import OrderEvent
from orders_contracts.products import ProductEvent
from projector.application.log import Aggregate, Entry, ParkedEvent, Slice, Unreadable, aggregate_of
from projector.application.projections.catalogue import OF_COMMANDS, OF_EVENTS, OF_ORDERS, OF_PRODUCTS, OF_SALES
from projector.application.projections.order_document import OrderView, Unappliable, read_order_view
from projector.application.projections.order_view import evolve_order, order_key
from projector.application.projections.read_model import ReadModel, Rows, merged
from projector.application.projections.sale import SaleStep, sale_of

R = TypeVar("R", bound=tuple[Any, ...])

WAITS: Final = "waits behind an earlier event of this aggregate"


class Writes(NamedTuple):
    """Rows for each read model that is touched. And what has changed.

    `applied` are the events that went into it, `news` those of them that are no replay, `parked_event` those that did
    not go into it.
    """

    rows: Mapping[ReadModel[Any], Rows]
    changes: Sequence[Change]
    applied: Sequence[Event] = ()
    news: Sequence[Event] = ()
    parked_event: Sequence[ParkedEvent] = ()

    def of(self, model: ReadModel[R]) -> Sequence[R]:
        """The rows of one read model, in key order."""
        return cast("Sequence[R]", self.rows.get(model, ()))


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
    batch, apart, news = Batch(documents), list[ParkedEvent](), list[Event]()
    for piece in slices:
        before = len(batch.applied)
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
        news += () if piece.replayed else batch.applied[before:]
    return batch.writes()._replace(news=news, parked_event=apart)


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
    """The documents of a batch while its events go by; `applied` are those that it has taken in."""

    def __init__(self, documents: Iterable[bytes]) -> None:
        self._orders: dict[str, OrderView] = {}
        self._keys: dict[str, bytes] = {}
        self._products: dict[str, tuple[Envelope, ProductEvent]] = {}
        self._versions: dict[tuple[str, str], int] = {}
        self._rows: dict[ReadModel[Any], list[tuple[Any, ...]]] = {model: [] for model in OF_EVENTS}
        self._met: dict[ReadModel[Any], list[tuple[Any, ...]]] = {model: [] for model in (*OF_SALES, *OF_COMMANDS)}
        self.applied: list[Event] = []
        for document in documents:
            view = read_order_view(document)
            self._orders[view.order_id] = view

    def add(self, event: Event) -> None:
        """Take one event in. Raises Unappliable and ValueError; all is as it was then."""
        envelope, data = event
        if isinstance(data, OrderEvent):
            self._take_order(event, data)
        elif isinstance(data, ProductEvent):
            self._products[data.sku] = envelope, data
        else:
            self._take_command(envelope, data)
        self.applied.append(event)

    def _take_order(self, event: Event, data: OrderEvent) -> None:
        envelope = event.envelope
        subject = envelope.subject
        key = self._keys.get(subject) or order_key(subject)
        known = self._orders.get(subject)
        before = sale_of(known)
        view = self._orders[subject] = evolve_order(known, event, data)
        self._keys[subject] = key
        for model, of_event in OF_EVENTS.items():
            self._rows[model].append(of_event(key, envelope))
        after = sale_of(view)
        if before != after or known is None:
            self._add_up(SaleStep(envelope, view, before, after))

    def _add_up(self, step: SaleStep) -> None:
        for model, of_sale in OF_SALES.items():
            if (row := of_sale(step)) is not None:
                self._met[model].append(row)

    def _take_command(self, envelope: Envelope, data: CommandEvent) -> None:
        """Of a command the newest row stays: one that was parked may come after later ones."""
        rows = [(model, row_of(envelope, data)) for model, row_of in OF_COMMANDS.items()]
        whose = ("command", envelope.subject)
        if self._versions.get(whose, 0) < envelope.aggregateversion:
            self._versions[whose] = envelope.aggregateversion
            for model, row in rows:
                self._met[model].append(row)

    def pass_over(self, order_id: str, version: int) -> None:
        """Have an order take the next event as if it had taken `version` already. Without a document, nothing is."""
        view = self._orders.get(order_id)
        if view is not None and view.version < version:
            view.version = version
            self._keys[order_id] = order_key(order_id)

    def writes(self) -> Writes:
        """All rows of what has been touched."""
        orders = sorted((key, self._orders[subject]) for subject, key in self._keys.items())
        products = [self._products[sku] for sku in sorted(self._products)]
        rows: dict[ReadModel[Any], Rows] = {
            model: [of_order(key, view) for key, view in orders] for model, of_order in OF_ORDERS.items()
        }
        rows |= {model: sorted(found) for model, found in self._rows.items()}
        rows |= {model: merged(model, found) for model, found in self._met.items()}
        rows |= {model: [of_product(*last) for last in products] for model, of_product in OF_PRODUCTS.items()}
        changes: list[Change] = [("order", subject, self._orders[subject].version) for subject in self._keys]
        changes += [("product", sku, envelope.aggregateversion) for sku, (envelope, _) in self._products.items()]
        changes += [(*whose, version) for whose, version in self._versions.items()]
        return Writes({model: found for model, found in rows.items() if found}, changes, self.applied)
