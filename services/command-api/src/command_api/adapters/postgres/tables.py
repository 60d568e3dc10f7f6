"""The write database as this service uses it. The migrations are the truth; a test holds this page against them."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    FetchedValue,
    Identity,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSON

METADATA: Final = MetaData()

ORDERS: Final = Table(
    "orders",
    METADATA,
    Column("order_id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("state", JSON, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
)

PRODUCTS: Final = Table(
    "products",
    METADATA,
    Column("sku", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("unit_price_cents", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("listed", Boolean, nullable=False),
    Column("on_hand", BigInteger, nullable=False),
    Column("reserved", BigInteger, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
)

OUTBOX: Final = Table(
    "outbox",
    METADATA,
    Column("partition", SmallInteger, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("aggregate_type", Text, nullable=False),
    Column("aggregate_id", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("data", JSON, nullable=False),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
)

OUTBOX_LOG: Final = Table("outbox_log", METADATA, Column("partitions", SmallInteger, nullable=False))

INVENTORY_INTENTS: Final = Table(
    "inventory_intents",
    METADATA,
    Column("intent_id", BigInteger, Identity(always=True), primary_key=True),
    Column("order_id", Uuid, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("move", Text, nullable=False),
    Column("units", JSON, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("attempts", Integer, nullable=False),
)

ACCEPTED_COMMANDS: Final = Table(
    "accepted_commands",
    METADATA,
    Column("command_id", Uuid, primary_key=True),
    Column("accepted_at", DateTime(timezone=True), nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", JSON, nullable=False),
    Column("asked", JSON, nullable=False),
    Column("correlation_id", Text, nullable=False),
    Column("actor", Text),
    Column("expected_version", BigInteger),
    Column("due_at", DateTime(timezone=True), nullable=False, server_default=FetchedValue()),
    Column("attempts", Integer, nullable=False, server_default=FetchedValue()),
)

IDEMPOTENCY_KEYS: Final = Table(
    "idempotency_keys",
    METADATA,
    Column("scope", LargeBinary, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("headers", JSON, nullable=False),
    Column("body", JSON, nullable=False),
    Column("answered_at", DateTime(timezone=True), nullable=False, server_default=FetchedValue()),
)
