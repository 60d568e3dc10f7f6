"""The read tables, as the questions see them. No schema is named: search_path leads to views of the live generation."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    SmallInteger,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON, UUID

metadata = MetaData()

order_view = Table(
    "order_view",
    metadata,
    Column("order_id", UUID, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("doc", JSON, nullable=False),
)

order_summary = Table(
    "order_summary",
    metadata,
    Column("order_id", UUID, primary_key=True),
    Column("customer_id", UUID, nullable=False),
    Column("status", Text, nullable=False),
    Column("reference", Text),
    Column("total_cents", BigInteger, nullable=False),
    Column("skus", ARRAY(Text), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("doc", JSON, nullable=False),
)

order_sku = Table(
    "order_sku",
    metadata,
    Column("sku", Text, primary_key=True),
    Column("created_at", DateTime(timezone=True), primary_key=True),
    Column("order_id", UUID, primary_key=True),
)

order_history = Table(
    "order_history",
    metadata,
    Column("order_id", UUID, primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("doc", JSON, nullable=False),
)

product_view = Table(
    "product_view",
    metadata,
    Column("sku", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("listed", Boolean, nullable=False),
    Column("doc", JSON, nullable=False),
)

command_status = Table(
    "command_status",
    metadata,
    Column("command_id", UUID, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("token", Text),
    Column("doc", JSON, nullable=False),
)

customer_summary = Table(
    "customer_summary",
    metadata,
    Column("customer_id", UUID, primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("orders", BigInteger, nullable=False),
    Column("confirmed_orders", BigInteger, nullable=False),
    Column("spent_cents", Numeric(38, 0), nullable=False),
    Column("last_order_at", DateTime(timezone=True), nullable=False),
)

sales_daily = Table(
    "sales_daily",
    metadata,
    Column("day", Date, primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("orders", BigInteger, nullable=False),
    Column("units", BigInteger, nullable=False),
    Column("revenue_cents", Numeric(38, 0), nullable=False),
    Column("cancelled_orders", BigInteger, nullable=False),
    Column("cancelled_units", BigInteger, nullable=False),
    Column("cancelled_cents", Numeric(38, 0), nullable=False),
)

projection_checkpoint = Table(
    "projection_checkpoint",
    metadata,
    Column("projection", Text, primary_key=True),
    Column("partition", SmallInteger, primary_key=True),
    Column("epoch", BigInteger, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("parked", Integer, nullable=False),
)

parked_event = Table(
    "parked_event",
    metadata,
    Column("projection", Text, primary_key=True),
    Column("partition", SmallInteger, primary_key=True),
    Column("sequence", BigInteger, primary_key=True),
    Column("event_id", Text, nullable=False),
    Column("aggregate_type", Text, nullable=False),
    Column("aggregate_id", Text, nullable=False),
    Column("version", BigInteger),
    Column("type", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("reason", Text, nullable=False),
    Column("parked_at", DateTime(timezone=True), nullable=False),
)

projection_heads = Table(
    "projection_heads",
    metadata,
    Column("projection", Text, primary_key=True),
    Column("epoch", BigInteger, nullable=False),
    Column("sequences", ARRAY(BigInteger), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("applied_at", DateTime(timezone=True)),
)
