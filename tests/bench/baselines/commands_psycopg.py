"""Commands with FastAPI on psycopg: one transaction a request, three or four statements and a commit."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, Any, Final, NamedTuple
from uuid import UUID, uuid4

import msgspec
from fastapi import Depends, FastAPI, Header, HTTPException, Request, Response
from psycopg import AsyncConnection
from psycopg.rows import TupleRow, class_row
from psycopg.types.json import set_json_loads
from psycopg_pool import AsyncConnectionPool

from orders_contracts.orders import OrderCreated
from tests.bench.baselines.adding import ATTEMPTS, Addition
from tests.bench.baselines.drafting import Draft, ItemIn, OrderIn, OrderOut
from tests.bench.baselines.place import database_url, pool_size

PRODUCTS: Final = """
SELECT sku, name, unit_price_cents, currency, listed, on_hand - reserved AS available FROM products WHERE sku = ANY(%s)
"""
NEW_ORDER: Final = "INSERT INTO orders (order_id, version, status, state, updated_at) VALUES (%s, 1, %s, %s, %s)"
ORDER: Final = "SELECT version, state FROM orders WHERE order_id = %s"
CHANGED_ORDER: Final = """
UPDATE orders SET version = %s, status = %s, state = %s, updated_at = %s WHERE order_id = %s AND version = %s
"""
EVENT: Final = """
INSERT INTO outbox (partition, event_id, aggregate_type, aggregate_id, version, type, data, occurred_at)
VALUES (%s, %s, 'order', %s, %s, %s, %s, %s)
"""

Connection = AsyncConnection[TupleRow]
Pool = AsyncConnectionPool[Connection]

_encoder: Final = msgspec.json.Encoder()
_decoder: Final = msgspec.json.Decoder(OrderCreated)


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
    pool: Pool = AsyncConnectionPool(
        database_url(), min_size=pool_size(), max_size=pool_size(), open=False, configure=configure
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with pool:
            await pool.wait()
            app.state.pool = pool
            yield

    app = FastAPI(lifespan=lifespan)
    app.add_api_route("/api/v1/orders", create_order, methods=["POST"], status_code=201)
    app.add_api_route("/api/v1/orders/{order_id}/items", add_item, methods=["POST"])
    app.add_api_route("/readyz", ready)
    return app


async def configure(connection: AsyncConnection[Any]) -> None:
    """The state of an order is the only JSON that is read."""
    set_json_loads(_decoder.decode, connection)


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
        products = await find_products(connection, [item.sku for item in body.items])
        draft = Draft(body, products, datetime.now(UTC), x_request_id or str(uuid4()))
        order = (draft.order_id, draft.draft.status, _encoder.encode(draft.draft).decode(), draft.at)
        await connection.execute(NEW_ORDER, order)
        event = (draft.partition, draft.event_id, str(draft.order_id), 1, "orders.OrderCreated.v1")
        await connection.execute(EVENT, (*event, draft.event.decode(), draft.at))
    response.headers["Location"] = f"/api/v1/orders/{draft.order_id}"
    response.headers["ETag"] = '"1"'
    return OrderOut(order_id=draft.order_id, version=1)


async def add_item(
    order_id: UUID,
    body: ItemIn,
    response: Response,
    pool: Annotated[Pool, Depends(the_pool)],
    x_request_id: Annotated[str | None, Header()] = None,
) -> OrderOut:
    for _ in range(ATTEMPTS):
        async with pool.connection() as connection:
            version = await try_to_add(connection, order_id, body, x_request_id or str(uuid4()))
        if version is not None:
            response.headers["ETag"] = f'"{version}"'
            return OrderOut(order_id=order_id, version=version)
    raise HTTPException(409, "concurrent_update")


async def try_to_add(connection: Connection, order_id: UUID, body: ItemIn, request_id: str) -> int | None:
    """The new version; None where somebody else was faster."""
    found = await (await connection.execute(ORDER, (order_id,))).fetchone()
    if found is None:
        raise HTTPException(404, "order_not_found")
    version, before = found
    products = await find_products(connection, [body.sku])
    at = datetime.now(UTC)
    added = Addition(order_id, version + 1, before, body, products[0] if products else None, at, request_id)
    state = _encoder.encode(added.draft).decode()
    change = (version + 1, added.draft.status, state, at, order_id, version)
    if not (await connection.execute(CHANGED_ORDER, change)).rowcount:
        return None
    event = (added.partition, added.event_id, str(order_id), version + 1, "orders.OrderItemAdded.v1")
    await connection.execute(EVENT, (*event, added.event.decode(), at))
    return int(version + 1)


async def find_products(connection: Connection, skus: Sequence[str]) -> list[Product]:
    async with connection.cursor(row_factory=class_row(Product)) as cursor:
        await cursor.execute(PRODUCTS, (list(skus),))
        return await cursor.fetchall()
