"""The columns of the write database that the relay touches.

Only these: the tables belong to command-api, and a contract test holds this page against its migrations.
"""

from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, Column, DateTime, MetaData, SmallInteger, String, Table, func
from sqlalchemy.dialects.postgresql import ARRAY, JSON, UUID
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import UserDefinedType


class Xid8(UserDefinedType[int]):
    """A transaction id that never wraps around."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "xid8"


class Snapshot(UserDefinedType[str]):
    """Which transactions were visible at a moment: `xmin:xmax:under way`."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "pg_snapshot"


metadata: Final = MetaData()

outbox: Final = Table(
    "outbox",
    metadata,
    Column("xid", Xid8, primary_key=True),
    Column("position", BigInteger, primary_key=True),
    Column("partition", SmallInteger, nullable=False),
    Column("event_id", UUID, nullable=False),
    Column("type", String, nullable=False),
    Column("data", JSON, nullable=False),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
)

outbox_tick: Final = Table(
    "outbox_tick",
    metadata,
    Column("tick", BigInteger, primary_key=True),
    Column("snapshot", Snapshot, nullable=False),
    Column("heads", ARRAY(BigInteger), nullable=False),
)

outbox_log: Final = Table(
    "outbox_log",
    metadata,
    Column("epoch", BigInteger, nullable=False),
    Column("partitions", SmallInteger, nullable=False),
    Column("system_identifier", BigInteger, nullable=False),
)

NOW: Final[ColumnElement[Any]] = func.pg_current_snapshot(type_=Snapshot())
"""The snapshot of the statement itself: what it sees is what this says."""


def xmax(snapshot: ColumnElement[Any]) -> ColumnElement[Any]:
    """The first transaction id that had not been given out yet."""
    return func.pg_snapshot_xmax(snapshot, type_=Xid8())


def sees(snapshot: ColumnElement[Any], xid: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether the transaction was over when the snapshot was taken."""
    return func.pg_visible_in_snapshot(xid, snapshot, type_=Boolean())
