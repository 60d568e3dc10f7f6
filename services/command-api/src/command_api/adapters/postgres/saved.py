"""What was saved in a unit of work, as the rows that it will be."""

from collections.abc import Sequence
from datetime import datetime
from functools import reduce
from typing import Any, cast
from uuid import UUID

from command_api.adapters.postgres.accepted import Acceptance
from command_api.adapters.postgres.log_rows import LogRows
from command_api.adapters.postgres.order_writes import Ending, OrderWrite
from command_api.adapters.postgres.writes import Write, order_write, product_write
from command_api.adapters.publish import publish_order_event
from command_api.adapters.publish_products import publish_product_event
from command_api.application.context import Context
from command_api.application.idempotency import StoredAnswer
from command_api.application.later import Ended, StoredCommand
from command_api.application.ports import Clock
from orders_contracts.commands import CommandAccepted, CommandEvent
from orders_contracts.envelope import AggregateType
from orders_contracts.registry import EventData
from orders_domain.events import OrderEvent, ProductEvent
from orders_domain.evolving import evolve
from orders_domain.order import Order
from orders_domain.product import Product, evolve_product


class Saved:
    """At most one order, any number of products, and at most one command that is accepted for later."""

    def __init__(self, log: LogRows, context: Context, clock: Clock) -> None:
        self._log = log
        self._context = context
        self._clock = clock
        self._at = clock.now()
        self._order: Write | None = None
        self._command: StoredCommand | None = None
        self.products: list[Write] = []

    def save(
        self, aggregate: Order | Product | None, events: Sequence[OrderEvent] | Sequence[ProductEvent]
    ) -> Order | Product:
        """See the port. Raises ValueError for what no handler should do."""
        if not events:
            if aggregate is None:
                raise ValueError("a new aggregate begins with an event")
            return aggregate
        expected = 0 if aggregate is None else aggregate.version
        match reduce(_evolve, events, aggregate):
            case Order() as order:
                if self._order is not None:
                    raise ValueError("a command changes one order")
                published = [publish_order_event(cast("OrderEvent", event)) for event in events]
                rows = self._rows("order", str(order.order_id), expected, published)
                self._order = order_write(order, expected, rows, self._at)
                return order
            case Product() as product:
                published = [publish_product_event(cast("ProductEvent", event)) for event in events]
                rows = self._rows("product", product.sku, expected, published)
                self.products.append(product_write(product, expected, rows, self._at))
                return product
            case None:
                raise ValueError("events of no aggregate")

    def accept(self, command: StoredCommand) -> None:
        """See the port."""
        self._command = command

    def acceptance(self, closing: StoredAnswer | Ended | None) -> Acceptance | None:
        """The command that is to be stored, if any, with what its caller is told."""
        if self._command is None:
            return None
        stored = closing if isinstance(closing, StoredAnswer) else None
        command = self._command
        rows = self._command_rows(command.command_id, 0, CommandAccepted(command=command.kind), command.accepted_at)
        return Acceptance(command, rows, stored)

    def order_write(self, closing: StoredAnswer | Ended | None, *, agreed: bool) -> OrderWrite:
        """The order, if any, and what closes its command. What nobody has agreed to is left out."""
        order = self._order if agreed else None
        if isinstance(closing, Ended):
            rows = self._command_rows(closing.command_id, 1, closing.event, self._clock.now())
            return OrderWrite(order, Ending(closing.command_id, rows))
        return OrderWrite(order, closing)

    def _rows(self, kind: AggregateType, key: str, expected: int, events: Sequence[EventData]) -> list[tuple[Any, ...]]:
        return self._log.of(kind, key, expected, events, at=self._at, context=self._context)

    def _command_rows(
        self, command_id: UUID, expected: int, event: CommandEvent, at: datetime
    ) -> list[tuple[Any, ...]]:
        return self._log.of("command", str(command_id), expected, [event], at=at, context=self._context)


def _evolve(aggregate: Order | Product | None, event: OrderEvent | ProductEvent) -> Order | Product | None:
    if isinstance(event, ProductEvent):
        return evolve_product(cast("Product | None", aggregate), event)
    return evolve(cast("Order | None", aggregate), event)
