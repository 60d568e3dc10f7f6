"""What an order counts for among those that are sold: what read models that add up are made of."""

from typing import Final, NamedTuple

from orders_contracts.envelope import Envelope
from projector.application.projections.order_document import OrderView


class Sale(NamedTuple):
    """1 or 0 orders, units, minor units of the order's currency."""

    orders: int
    units: int
    cents: int


NO_SALE: Final = Sale(0, 0, 0)
_SOLD: Final = frozenset({"CONFIRMED", "COMPLETED"})


class SaleStep(NamedTuple):
    """An event with which an order begins, or counts for something else than before; `view` is the order after it."""

    envelope: Envelope
    view: OrderView
    before: Sale
    after: Sale

    @property
    def begins(self) -> bool:
        """Whether the order is new."""
        return self.envelope.aggregateversion == 1


def sale_of(view: OrderView | None) -> Sale:
    """An order counts from its confirmation on, with what is not cancelled of it."""
    if view is None or view.status not in _SOLD:
        return NO_SALE
    return Sale(1, view.item_count, view.total_cents)
