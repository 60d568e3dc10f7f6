"""Orders for the read measurements: the same ones as stored documents and as rows of normalised tables."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

from tests.bench.traffic import ADDRESS, LINES, PRODUCTS, price_cents, sku, uuid_from

CUSTOMERS: Final = 200
ORDERS_EACH: Final = 40
_START: Final = datetime(2026, 1, 1, 8, 0, 0, 123_456, tzinfo=UTC)

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SeededOrder:
    """The order as query-api answers it; the keys stand in the order of its documents."""

    order_id: UUID
    customer_id: UUID
    created_at: datetime
    document: Document

    @property
    def summary(self) -> Document:
        """The order as it stands in lists."""
        return {name: self.document[name] for name in SUMMARY}

    @property
    def lines(self) -> list[Document]:
        lines: list[Document] = self.document["items"]
        return lines

    @property
    def row(self) -> Mapping[str, Any]:
        """Everything but the lines, flat; the address is part of it."""
        return {**self.document, **self.document["shipping_address"]}


SUMMARY: Final = (
    "order_id",
    "customer_id",
    "reference",
    "status",
    "version",
    "currency",
    "item_count",
    "total_cents",
    "created_at",
    "updated_at",
)


def seeded_orders() -> Iterator[SeededOrder]:
    """Always the same orders: drafts of three lines, CUSTOMERS times ORDERS_EACH."""
    random = Random(4)
    customers = [uuid_from(random) for _ in range(CUSTOMERS)]
    for number in range(CUSTOMERS * ORDERS_EACH):
        at = _START + timedelta(seconds=37 * number)
        yield _order(random, uuid_from(random), customers[number % CUSTOMERS], at)


def _order(random: Random, order_id: UUID, customer_id: UUID, at: datetime) -> SeededOrder:
    lines = [_line(random, number) for number in range(1, LINES + 1)]
    total = sum(line["line_total_cents"] for line in lines)
    time = at.isoformat(timespec="microseconds").replace("+00:00", "Z")
    document: Document = {
        "order_id": str(order_id),
        "customer_id": str(customer_id),
        "reference": None,
        "status": "DRAFT",
        "version": 1,
        "currency": "EUR",
        "items": lines,
        "discounts": [],
        "charges": [],
        "item_count": sum(line["quantity"] for line in lines),
        "subtotal_cents": total,
        "discount_cents": 0,
        "charges_cents": 0,
        "total_cents": total,
        "returned_cents": 0,
        "shipping_address": ADDRESS,
        "payment_status": "unpaid",
        "fulfilment_status": "unfulfilled",
        "return_status": "none",
        "shipments": [],
        "returns": [],
        "notes": [],
        "created_at": time,
        "updated_at": time,
    }
    return SeededOrder(order_id, customer_id, at, document)


def _line(random: Random, number: int) -> Document:
    product, quantity = random.randint(1, PRODUCTS), random.randint(1, 9)
    return {
        "line_number": number,
        "sku": sku(product),
        "name": f"Product {product}",
        "quantity": quantity,
        "unit_price_cents": price_cents(product),
        "line_total_cents": quantity * price_cents(product),
        "discount_cents": 0,
        "cancelled_quantity": 0,
        "shipped_quantity": 0,
        "delivered_quantity": 0,
        "return_requested_quantity": 0,
        "returned_quantity": 0,
    }
