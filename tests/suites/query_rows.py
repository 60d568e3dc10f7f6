"""Orders, products and commands as the projector leaves them behind, for tests that read."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg

from orders_contracts.changes import channel, encode_changes
from orders_contracts.timestamps import timestamp

_MORNING = datetime(2026, 11, 22, 8, 0, 0, 120, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class OrderRow:
    """What the read tables hold of one order."""

    order_id: UUID = field(default_factory=uuid4)
    version: int = 1
    customer_id: UUID = field(default_factory=uuid4)
    status: str = "DRAFT"
    reference: str | None = None
    total_cents: int = 1999
    skus: tuple[str, ...] = ("MUG",)
    created_at: datetime = _MORNING

    def summary(self) -> bytes:
        return _compact(
            {
                "order_id": str(self.order_id),
                "customer_id": str(self.customer_id),
                "reference": self.reference,
                "status": self.status,
                "version": self.version,
                "currency": "EUR",
                "item_count": len(self.skus),
                "total_cents": self.total_cents,
                "created_at": timestamp(self.created_at),
                "updated_at": timestamp(self.created_at),
            }
        )

    def document(self) -> bytes:
        """Shorter than a real one, and with an umlaut, so that bytes and characters are not the same count."""
        return _compact(
            {
                "order_id": str(self.order_id),
                "status": self.status,
                "version": self.version,
                "items": [{"sku": sku, "name": "Töpfchen"} for sku in self.skus],
                "total_cents": self.total_cents,
            }
        )

    def history(self, version: int) -> bytes:
        name = "OrderCreated" if version == 1 else "ShippingAddressSet"
        return _compact({"version": version, "type": name, "occurred_at": timestamp(self.created_at), "data": {}})


@dataclass(frozen=True, kw_only=True)
class ProductRow:
    """What the read tables hold of one product."""

    sku: str
    version: int = 1
    listed: bool = True

    def document(self) -> bytes:
        return _compact({"sku": self.sku, "name": "Töpfchen", "listed": self.listed, "version": self.version})


@dataclass(frozen=True, kw_only=True)
class CommandRow:
    """What the read tables hold of one command. The first version has no token."""

    command_id: UUID = field(default_factory=uuid4)
    version: int = 1
    token: str | None = None

    def document(self) -> bytes:
        status = "accepted" if self.version == 1 else "succeeded" if self.token else "failed"
        return _compact({"command_id": str(self.command_id), "command": "Töpfern", "status": status})


def store_orders(database_url: str, orders: Sequence[OrderRow], *, notify: bool = False) -> None:
    """Write what the projector would write, in one transaction, with its NOTIFY if asked for."""
    with connection(database_url) as writer, writer.transaction():
        for order in orders:
            _store_order(writer, order)
        if notify:
            _notify(writer, [("order", str(order.order_id), order.version) for order in orders])


def store_products(database_url: str, products: Sequence[ProductRow], *, notify: bool = False) -> None:
    """The same for products."""
    with connection(database_url) as writer, writer.transaction():
        for product in products:
            writer.execute(
                "INSERT INTO product_view VALUES (%s, %s, %s, %s) ON CONFLICT (sku)"
                " DO UPDATE SET version = excluded.version, listed = excluded.listed, doc = excluded.doc",
                (product.sku, product.version, product.listed, product.document().decode()),
            )
        if notify:
            _notify(writer, [("product", product.sku, product.version) for product in products])


def store_commands(database_url: str, commands: Sequence[CommandRow], *, notify: bool = False) -> None:
    """The same for commands."""
    with connection(database_url) as writer, writer.transaction():
        for command in commands:
            writer.execute(
                "INSERT INTO command_status VALUES (%s, %s, %s, %s) ON CONFLICT (command_id)"
                " DO UPDATE SET version = excluded.version, token = excluded.token, doc = excluded.doc",
                (command.command_id, command.version, command.token, command.document().decode()),
            )
        if notify:
            _notify(writer, [("command", str(command.command_id), command.version) for command in commands])


def connection(database_url: str) -> psycopg.Connection[Any]:
    """An autocommitting connection that sees the tables of generation 1."""
    return psycopg.connect(database_url, options="-csearch_path=g1", autocommit=True)


def _store_order(writer: psycopg.Connection[Any], order: OrderRow) -> None:
    writer.execute(
        "INSERT INTO order_view VALUES (%s, %s, %s) ON CONFLICT (order_id)"
        " DO UPDATE SET version = excluded.version, doc = excluded.doc",
        (order.order_id, order.version, order.document().decode()),
    )
    writer.execute("DELETE FROM order_summary WHERE order_id = %s", (order.order_id,))
    writer.execute(
        "INSERT INTO order_summary VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        (
            order.order_id,
            order.customer_id,
            order.status,
            order.reference,
            order.total_cents,
            list(order.skus),
            order.created_at,
            order.summary().decode(),
        ),
    )
    for version in range(1, order.version + 1):
        writer.execute(
            "INSERT INTO order_history VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            (order.order_id, version, order.history(version).decode()),
        )


def _notify(writer: psycopg.Connection[Any], changes: Sequence[tuple[str, str, int]]) -> None:
    for payload in encode_changes(changes):
        writer.execute("SELECT pg_notify(%s, %s)", (channel("g1"), payload))


def _compact(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
