"""The two databases that reads are measured on: ours with its documents, the ORM's with its rows."""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
import psycopg
from sqlalchemy import Table, create_engine

from query_api.migrations.run import migrate
from tests.bench.baselines.read_models import Base, Order, OrderLine
from tests.bench.catalogue import SeededOrder


def fill_read_models(url: str, orders: Sequence[SeededOrder]) -> None:
    """The read side's own schema, and a document and a summary of each order in it."""
    migrate(url)
    with psycopg.connect(url, options="-csearch_path=g1") as connection:
        copy(connection, "order_view", ("order_id", "version", "doc"), map(_view, orders))
        columns = ("order_id", "customer_id", "status", "reference", "total_cents", "skus", "created_at", "doc")
        copy(connection, "order_summary", columns, map(_summary, orders))


def fill_normalised(url: str, orders: Sequence[SeededOrder]) -> None:
    """The ORM's tables, and the same orders in them."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    Base.metadata.create_all(engine)
    engine.dispose()
    with psycopg.connect(url) as connection:
        names = _columns(Order)
        copy(connection, Order.__tablename__, names, ([order.row[name] for name in names] for order in orders))
        names = _columns(OrderLine)
        lines = ({"order_id": order.order_id, **line} for order in orders for line in order.lines)
        copy(connection, OrderLine.__tablename__, names, ([line[name] for name in names] for line in lines))


def copy(
    connection: psycopg.Connection[Any], table: str, columns: Iterable[str], rows: Iterable[Sequence[object]]
) -> None:
    """COPY `rows` into `table`."""
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as target:
        for row in rows:
            target.write_row(row)


def _columns(model: type[Base]) -> list[str]:
    table = model.__table__
    assert isinstance(table, Table)
    return [column.name for column in table.columns]


def _view(order: SeededOrder) -> Sequence[object]:
    return order.order_id, order.document["version"], orjson.dumps(order.document).decode()


def _summary(order: SeededOrder) -> Sequence[object]:
    document = order.document
    return (
        order.order_id,
        order.customer_id,
        document["status"],
        document["reference"],
        document["total_cents"],
        [line["sku"] for line in order.lines],
        order.created_at,
        orjson.dumps(order.summary).decode(),
    )
