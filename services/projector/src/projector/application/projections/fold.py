"""From the events of a batch to the rows that they change, in all read models at once."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from orders_contracts.changes import Change
from orders_contracts.codec import Event
from orders_contracts.envelope import Envelope
from orders_contracts.v1.orders import OrderEvent
from orders_contracts.v1.products import ProductEvent
from projector.application.log import Slice
from projector.application.projections.order_history import OrderHistoryRow, order_history_row
from projector.application.projections.order_summary import OrderSummaryRow, order_summary_row
from projector.application.projections.order_view import (
    OrderView,
    OrderViewRow,
    Unappliable,
    evolve_order,
    order_view_row,
    read_order_view,
)
from projector.application.projections.product_view import ProductViewRow, product_view_row


class Writes(NamedTuple):
    """Rows for each table, in key order: two projectors that meet on a row must not deadlock. And what has changed."""

    order_view: Sequence[OrderViewRow]
    order_summary: Sequence[OrderSummaryRow]
    order_history: Sequence[OrderHistoryRow]
    product_view: Sequence[ProductViewRow]
    changes: Sequence[Change]


class PoisonEvent(Exception):
    """An event that can be read but not applied."""

    def __init__(self, partition: int, sequence: int, reason: str) -> None:
        super().__init__(f"event {sequence} cannot be applied: {reason}")
        self.partition = partition
        self.sequence = sequence


def orders_to_load(slices: Iterable[Slice]) -> list[str]:
    """The ids of the orders whose documents must be known before these events: all but those that begin here."""
    first: dict[str, int] = {}
    for piece in slices:
        for envelope, data in piece.events:
            if isinstance(data, OrderEvent):
                first.setdefault(envelope.subject, envelope.aggregateversion)
    return [order_id for order_id, version in first.items() if version > 1]


def fold(slices: Iterable[Slice], documents: Iterable[bytes]) -> Writes:
    """The rows after all events of `slices`, given the stored documents of `orders_to_load`.

    Raises PoisonEvent at the first event of a slice that does not fit.
    """
    batch = _Batch(documents)
    for piece in slices:
        sequence = piece.start.sequence
        for event in piece.events:
            sequence += 1
            try:
                batch.add(event)
            except (Unappliable, ValueError) as error:
                raise PoisonEvent(piece.partition, sequence, str(error)) from error
    return batch.writes()


class _Batch:
    """The documents of a batch while its events go by."""

    def __init__(self, documents: Iterable[bytes]) -> None:
        self._orders: dict[str, OrderView] = {}
        self._keys: dict[str, bytes] = {}
        self._products: dict[str, tuple[Envelope, ProductEvent]] = {}
        self._history: list[OrderHistoryRow] = []
        for document in documents:
            view = read_order_view(document)
            self._orders[view.order_id] = view

    def add(self, event: Event) -> None:
        """Take one event in. Raises Unappliable and ValueError."""
        envelope, data = event
        if isinstance(data, OrderEvent):
            subject = envelope.subject
            key = self._keys.get(subject) or self._key(subject)
            self._orders[subject] = evolve_order(self._orders.get(subject), event, data)
            self._history.append(order_history_row(key, envelope))
        else:
            self._products[data.sku] = envelope, data

    def writes(self) -> Writes:
        """All rows. Every order here has been touched."""
        orders = sorted((key, self._orders[subject]) for subject, key in self._keys.items())
        changes: list[Change] = [("order", subject, self._orders[subject].version) for subject in self._keys]
        changes += [("product", sku, envelope.aggregateversion) for sku, (envelope, _) in self._products.items()]
        self._history.sort()
        return Writes(
            [order_view_row(key, view) for key, view in orders],
            [order_summary_row(key, view) for key, view in orders],
            self._history,
            [product_view_row(*self._products[sku]) for sku in sorted(self._products)],
            changes,
        )

    def _key(self, subject: str) -> bytes:
        key = bytes.fromhex(subject.replace("-", ""))
        if len(key) != 16:
            raise ValueError(f"{subject} is not the id of an order")
        self._keys[subject] = key
        return key
