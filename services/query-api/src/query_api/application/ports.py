"""What the questions need from outside. All methods raise Unavailable when the outside cannot be asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from orders_contracts.consistency import ConsistencyToken
from query_api.application.sums import CustomerSummary, SalesDay
from query_api.application.views import (
    Change,
    CommandId,
    CustomerId,
    Document,
    HistoryPage,
    OrderFilters,
    OrderId,
    OrderPage,
    OrderPosition,
    ProductPage,
    ProjectionProgress,
    Sku,
)


class OrderViews(Protocol):
    """Orders, as documents."""

    async def order(self, order_id: OrderId) -> Document | None:
        """The whole order, as it was at some moment after this call; None if there is none."""

    async def order_unless(self, order_id: OrderId, known: frozenset[int]) -> Document | None:
        """The same, but with an empty body where its version is in `known`: then its document is not read at all."""

    async def page(self, filters: OrderFilters, after: OrderPosition | None, size: int) -> OrderPage:
        """At most `size` summaries that pass all `filters`, newest first, beginning behind `after`."""

    async def history(self, order_id: OrderId, after: int, size: int) -> HistoryPage:
        """At most `size` events of the order, oldest first, beginning behind version `after` (0: all)."""


class OrderChanges(Protocol):
    """What happened to orders, for those who go on being told."""

    async def behind(self, order_id: OrderId, version: int) -> Sequence[Change]:
        """The next CHANGES_AT_ONCE events at most, oldest first, behind `version` (0: all); none: no more yet."""


class ProductViews(Protocol):
    """Products, as documents."""

    async def product(self, sku: Sku) -> Document | None:
        """The product, listed or not, as it was at some moment after this call; None if there is none."""

    async def page(self, after: Sku | None, size: int) -> ProductPage:
        """At most `size` listed products in the order of their SKUs (by code point), beginning behind `after`."""


class CommandViews(Protocol):
    """Commands that were accepted for later, as documents."""

    async def command(self, command_id: CommandId) -> Document | None:
        """What had become of it at some moment after this call; None if it is not known."""


class CustomerSums(Protocol):
    """What customers have ordered, added up."""

    async def summary(self, customer_id: CustomerId) -> CustomerSummary:
        """That of one customer: zeros where he has no orders."""


class SalesSums(Protocol):
    """What was sold, added up by day."""

    async def days(self, first: date, last: date, currency: str | None) -> list[SalesDay]:
        """By day, then currency: the days from `first` to `last`, both included, of one currency, or (None) of all."""


class Projections(Protocol):
    """How far the read models are."""

    async def progress(self) -> ProjectionProgress: ...


class ParkedAggregates(Protocol):
    """What could not be applied to the read models, and waits for a person."""

    async def holds(self, token: ConsistencyToken) -> bool:
        """Whether the event that brings about this version, or one of the same aggregate before it, is parked."""


@dataclass(frozen=True, slots=True)
class Sources:
    """All of them."""

    orders: OrderViews
    changes: OrderChanges
    products: ProductViews
    commands: CommandViews
    customers: CustomerSums
    sales: SalesSums
    projections: Projections
    parked: ParkedAggregates
