"""Intended writes: an aggregate's new state, the version it replaces, and its events as the log will hold them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from command_api.adapters.postgres.raw_json import RawJson
from command_api.adapters.postgres.statements import EXPECTED
from command_api.adapters.postgres.tables import ORDERS, OUTBOX, PRODUCTS
from orders_domain.order import Order
from orders_domain.product import Product

_encoder: Final = msgspec.json.Encoder()
_ORDER: Final = [f"order_{column.name}" for column in ORDERS.columns] + [f"order_{EXPECTED}"]
_PRODUCT: Final = [f"product_{column.name}" for column in PRODUCTS.columns] + [f"product_{EXPECTED}"]
_EVENT: Final = [f"event_{column.name}" for column in OUTBOX.columns]


@dataclass(frozen=True, slots=True)
class Write:
    """One aggregate: `row` as its table's columns and the expected version, `events` as the outbox's columns."""

    key: UUID | str
    row: tuple[Any, ...]
    events: list[tuple[Any, ...]]

    @property
    def is_new(self) -> bool:
        """No row is expected to be there."""
        return bool(self.row[-1] == 0)


def order_write(order: Order, expected: int, events: list[tuple[Any, ...]], at: datetime) -> Write:
    """Store `order` where version `expected` stands, 0 for a new one."""
    state = RawJson(_encoder.encode(order))
    return Write(order.order_id, (order.order_id, order.version, order.status.value, state, at, expected), events)


def product_write(product: Product, expected: int, events: list[tuple[Any, ...]], at: datetime) -> Write:
    """Store `product` where version `expected` stands, 0 for a new one."""
    row = (
        product.sku,
        product.version,
        product.name,
        product.unit_price_cents,
        product.currency,
        product.listed,
        product.on_hand,
        product.reserved,
        at,
        expected,
    )
    return Write(product.sku, row, events)


def order_parameters(writes: list[Write], more: Sequence[tuple[Any, ...]] = ()) -> dict[str, list[Any]]:
    """The arrays that WRITE_ORDERS takes; `more` are events that go along."""
    return _parameters(_ORDER, writes, more)


def product_parameters(writes: list[Write]) -> dict[str, list[Any]]:
    """The arrays that WRITE_PRODUCTS takes."""
    return _parameters(_PRODUCT, writes)


def _parameters(names: list[str], writes: list[Write], more: Sequence[tuple[Any, ...]] = ()) -> dict[str, list[Any]]:
    events = [event for write in writes for event in write.events]
    events.extend(more)
    return {**arrays(names, [write.row for write in writes]), **event_parameters(events)}


def event_parameters(rows: Sequence[tuple[Any, ...]]) -> dict[str, list[Any]]:
    """The arrays of events."""
    return arrays(_EVENT, rows)


def arrays(names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> dict[str, list[Any]]:
    """Rows as one array per column."""
    columns = zip(*rows, strict=True) if rows else ((),) * len(names)
    return {name: list(values) for name, values in zip(names, columns, strict=True)}
