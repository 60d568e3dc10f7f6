"""Creating an order with FastAPI on psycopg: one transaction a request, three statements and a commit."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, Final, NamedTuple
from uuid import uuid4

from fastapi import Depends, FastAPI, Header, Request, Response
from psycopg import AsyncConnection
from psycopg.rows import TupleRow, class_row
from psycopg_pool import AsyncConnectionPool

from tests.bench.baselines.drafting import Draft, OrderIn, OrderOut
from tests.bench.baselines.place import database_url, pool_size

PRODUCTS: Final = """
SELECT sku, name, unit_price_cents, currency, listed, on_hand - reserved AS available FROM products WHERE sku = ANY(%s)
"""
ORDER: Final = "INSERT INTO orders (order_id, version, status, state, updated_at) VALUES (%s, 1, %s, %s, %s)"
EVENT: Final = """
INSERT INTO outbox (partition, event_id, aggregate_type, aggregate_id, version, type, data, occurred_at)
VALUES (%s, %s, 'order', %s, 1, 'orders.OrderCreated.v1', %s, %s)
"""

Pool = AsyncConnectionPool[AsyncConnection[TupleRow]]


class Product(NamedTuple):
    """A row of PRODUCTS."""

    sku: str
    name: str
    unit_price_cents: int
    currency: str
    listed: bool
    available: int


def create_app() -> FastAPI:
    """The application; its pool opens and closes with it."""
    pool: Pool = AsyncConnectionPool(database_url(), min_size=pool_size(), max_size=pool_size(), open=False)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with pool:
            await pool.wait()
            app.state.pool = pool
            yield

    app = FastAPI(lifespan=lifespan)
    app.add_api_route("/api/v1/orders", create_order, methods=["POST"], status_code=201)
    app.add_api_route("/readyz", ready)
    return app


async def ready() -> dict[str, str]:
    return {"status": "ready"}


def the_pool(request: Request) -> Pool:
    pool: Pool = request.app.state.pool
    return pool


async def create_order(
    body: OrderIn,
    response: Response,
    pool: Annotated[Pool, Depends(the_pool)],
    x_request_id: Annotated[str | None, Header()] = None,
) -> OrderOut:
    async with pool.connection() as connection:
        products = await find_products(connection, body)
        draft = Draft(body, products, datetime.now(UTC), x_request_id or str(uuid4()))
        await connection.execute(ORDER, (draft.order_id, draft.status, draft.state.decode(), draft.at))
        event = (draft.partition, draft.event_id, str(draft.order_id), draft.event.decode(), draft.at)
        await connection.execute(EVENT, event)
    response.headers["Location"] = f"/api/v1/orders/{draft.order_id}"
    response.headers["ETag"] = '"1"'
    return OrderOut(order_id=draft.order_id, version=1)


async def find_products(connection: AsyncConnection[TupleRow], body: OrderIn) -> list[Product]:
    async with connection.cursor(row_factory=class_row(Product)) as cursor:
        await cursor.execute(PRODUCTS, ([item.sku for item in body.items],))
        return await cursor.fetchall()
