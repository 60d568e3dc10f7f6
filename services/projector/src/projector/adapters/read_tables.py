"""The read tables, as far as they are written here. query-api owns them."""

from typing import Final

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    Boolean,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP

metadata: Final = MetaData()
_MOMENT: Final = TIMESTAMP(timezone=True)

order_view: Final = Table(
    "order_view",
    metadata,
    Column("order_id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("doc", JSON, nullable=False),
)
order_summary: Final = Table(
    "order_summary",
    metadata,
    Column("order_id", Uuid, primary_key=True),
    Column("customer_id", Uuid, nullable=False),
    Column("status", Text, nullable=False),
    Column("reference", Text),
    Column("total_cents", BigInteger, nullable=False),
    Column("skus", ARRAY(Text), nullable=False),
    Column("created_at", _MOMENT, nullable=False),
    Column("doc", JSON, nullable=False),
)
order_history: Final = Table(
    "order_history",
    metadata,
    Column("order_id", Uuid, primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("doc", JSON, nullable=False),
)
product_view: Final = Table(
    "product_view",
    metadata,
    Column("sku", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("listed", Boolean, nullable=False),
    Column("doc", JSON, nullable=False),
)
command_status: Final = Table(
    "command_status",
    metadata,
    Column("command_id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("token", Text),
    Column("doc", JSON, nullable=False),
)
checkpoint: Final = Table(
    "projection_checkpoint",
    metadata,
    Column("projection", Text, primary_key=True),
    Column("partition", SmallInteger, primary_key=True),
    Column("epoch", BigInteger, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("parked", Integer, nullable=False, server_default=text("0")),
)
parked_event: Final = Table(
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
    Column("parked_at", _MOMENT, nullable=False, server_default=func.now()),
)
heads: Final = Table(
    "projection_heads",
    metadata,
    Column("projection", Text, primary_key=True),
    Column("epoch", BigInteger, nullable=False),
    Column("sequences", ARRAY(BigInteger), nullable=False),
    Column("at", _MOMENT, nullable=False),
    Column("applied_at", _MOMENT),
)
