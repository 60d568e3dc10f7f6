"""The read tables, as far as they are written here. query-api owns them."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    SmallInteger,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.types import TypeEngine

from projector.application.projections.catalogue import READ_MODELS
from projector.application.projections.read_model import Kind, ReadModel

metadata: Final = MetaData()
_MOMENT: Final = TIMESTAMP(timezone=True)

_TYPES: Final[Mapping[Kind, TypeEngine[Any]]] = {
    Kind.UUID: Uuid(),
    Kind.TEXT: Text(),
    Kind.BIGINT: BigInteger(),
    Kind.NUMERIC: Numeric(38, 0),
    Kind.BOOLEAN: Boolean(),
    Kind.MOMENT: _MOMENT,
    Kind.DAY: Date(),
    Kind.TEXTS: ARRAY(Text),
    Kind.JSON: JSON(),
}


def table_of(model: ReadModel[Any]) -> Table:
    """The table of a read model."""
    columns = (
        Column(name, _TYPES[kind], primary_key=key, nullable=nullable) for name, kind, key, nullable, _ in model.columns
    )
    return Table(model.table, metadata, *columns)


TABLES: Final[Mapping[ReadModel[Any], Table]] = {model: table_of(model) for model in READ_MODELS}
"""In the order in which they are written."""
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
