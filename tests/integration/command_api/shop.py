"""The running application as a client sees it, with a second pair of eyes on its database."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from itertools import count
from typing import Any, Final
from uuid import uuid4

import httpx
import psycopg
from fastapi import FastAPI
from psycopg.rows import dict_row

ADDRESS: Final = {
    "recipient": "Ada Byron",
    "line1": "12 St James's Square",
    "city": "London",
    "postal_code": "SW1Y 4JH",
    "country": "GB",
}
PROBLEM: Final = "application/problem+json"
_numbers: Final = count(1)


class Shop:
    """Sends requests, and reads what is stored."""

    def __init__(self, client: httpx.AsyncClient, database: psycopg.AsyncConnection[dict[str, Any]]) -> None:
        self.client = client
        self.database = database

    async def call(self, method: str, path: str, json: object = None, **headers: str) -> httpx.Response:
        """A request under `/api/v1`; header names are written with underscores."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.request(method, f"/api/v1{path}", headers=given, json=json)

    async def product(self, stock: int = 100, *, price: int = 250, currency: str = "EUR") -> str:
        """List a product that nobody else uses, with so many units; answers its SKU."""
        sku = f"SKU-{next(_numbers)}-{uuid4().hex[:6]}"
        body = {"name": "Cup", "unit_price_cents": price, "currency": currency}
        assert (await self.call("PUT", f"/products/{sku}", body)).status_code == 201
        if stock:
            await self.adjust(sku, stock)
        return sku

    async def adjust(self, sku: str, delta: int) -> None:
        """Change the stock by so many units."""
        answer = await self.call("POST", f"/products/{sku}/stock-adjustments", {"delta": delta, "reason": "counted"})
        assert answer.status_code == 200, answer.text

    async def draft(self, items: Mapping[str, int] | None = None, *, address: bool = True) -> str:
        """Create an order of so many units per SKU; answers its id."""
        body: dict[str, object] = {
            "customer_id": str(uuid4()),
            "items": [{"sku": sku, "quantity": quantity} for sku, quantity in (items or {}).items()],
        }
        if address:
            body["shipping_address"] = ADDRESS
        answer = await self.call("POST", "/orders", body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["order_id"])

    async def confirmed(self, items: Mapping[str, int]) -> str:
        """An order that is confirmed."""
        order_id = await self.draft(items)
        assert (await self.call("POST", f"/orders/{order_id}/confirm")).status_code == 200
        return order_id

    async def ship(self, order_id: str, items: Mapping[str, int]) -> str:
        """Send a parcel; answers its id."""
        body = {"items": [{"sku": sku, "quantity": quantity} for sku, quantity in items.items()]}
        answer = await self.call("POST", f"/orders/{order_id}/shipments", body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["shipment_id"])

    async def delivered(self, items: Mapping[str, int]) -> str:
        """An order that has arrived whole; answers its id."""
        order_id = await self.confirmed(items)
        parcel = await self.ship(order_id, items)
        assert (await self.call("POST", f"/orders/{order_id}/shipments/{parcel}/deliver")).status_code == 200
        return order_id

    async def sent_back(self, order_id: str, items: Mapping[str, int]) -> str:
        """Request a return; answers its id."""
        units = [{"sku": sku, "quantity": quantity} for sku, quantity in items.items()]
        answer = await self.call("POST", f"/orders/{order_id}/returns", {"items": units, "reason": "too small"})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["return_id"])

    async def rows(self, statement: str, *parameters: object) -> list[dict[str, Any]]:
        """What the database answers."""
        return await (await self.database.execute(statement.encode(), parameters)).fetchall()

    async def log(self, aggregate_id: str) -> list[dict[str, Any]]:
        """The aggregate's rows of the outbox, by version."""
        return await self.rows("SELECT * FROM outbox WHERE aggregate_id = %s ORDER BY version", aggregate_id)

    async def types(self, aggregate_id: str) -> list[str]:
        """The names of the aggregate's events."""
        return [row["type"].split(".")[1] for row in await self.log(aggregate_id)]

    async def footprint(self) -> tuple[object, ...]:
        """Changes with whatever is written."""
        (row,) = await self.rows(
            "SELECT (SELECT count(*) FROM outbox) AS events, (SELECT sum(version) FROM orders) AS orders,"
            " (SELECT sum(version) FROM products) AS products"
        )
        return tuple(row.values())


@asynccontextmanager
async def open_shop(app: FastAPI, database_url: str) -> AsyncIterator[Shop]:
    """Run the application's lifespan by hand, as a server would, and connect to its database."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://shop") as client,
        await psycopg.AsyncConnection.connect(database_url, autocommit=True, row_factory=dict_row) as database,
    ):
        yield Shop(client, database)


def assert_problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The answer is this problem, in the form of RFC 9457; answers its members."""
    document: dict[str, Any] = answer.json()
    assert (answer.status_code, document["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == PROBLEM
    assert document["status"] == status
    assert document["type"] == f"/commands/docs/problems#{code}"
    assert document["title"]
    assert document["detail"]
    assert document["instance"] == answer.request.url.path
    assert document["trace_id"] == answer.headers["x-request-id"]
    return document
