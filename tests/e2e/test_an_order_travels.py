"""An order, through all four processes."""

import asyncio
from typing import Any

import httpx

from tests import web
from tests.e2e.customers import ADDRESS, SKUS, Customers, until
from tests.e2e.running_stack import Stack


async def test_an_order_is_created_confirmed_and_read_back(customers: Customers) -> None:
    created = await customers.order(*SKUS)
    order = created.json()["order_id"]
    confirmed = await customers.command("POST", f"/orders/{order}/confirm")
    fresh = {"Consistency-Token": confirmed.headers["Consistency-Token"], "Prefer": "wait=10"}

    read = await customers.queries.get(f"/orders/{order}", headers=fresh)
    assert read.status_code == httpx.codes.OK
    assert read.headers["ETag"] == '"2"'
    assert read.json() | {"status": "CONFIRMED", "version": 2, "total_cents": 1_500} == read.json()
    assert [line["sku"] for line in read.json()["items"]] == list(SKUS)
    assert read.json()["shipping_address"]["city"] == ADDRESS["city"]

    history = await customers.queries.get(f"/orders/{order}/history")
    assert [(row["version"], row["type"]) for row in history.json()["items"]] == [
        (1, "OrderCreated"),
        (2, "OrderConfirmed"),
    ]
    listed = await customers.queries.get(f"/customers/{read.json()['customer_id']}/orders")
    assert [row["order_id"] for row in listed.json()["items"]] == [order]


async def test_what_is_confirmed_and_cancelled_counts_for_its_customer_and_its_day(customers: Customers) -> None:
    async def counted(answer: httpx.Response, path: str) -> Any:
        fresh = {"Consistency-Token": answer.headers["Consistency-Token"], "Prefer": "wait=10"}
        return (await customers.queries.get(path, headers=fresh)).json()

    async def sales(answer: httpx.Response) -> dict[str, int]:
        rows = (await counted(answer, "/reports/sales?currency=EUR"))["items"]
        names = ("orders", "units", "revenue_cents", "cancelled_orders", "cancelled_units", "cancelled_cents")
        return {name: sum(row[name] for row in rows) for name in names}

    created = await customers.order(*SKUS)
    order = created.json()["order_id"]
    before = await sales(created)
    customer = (await counted(created, f"/orders/{order}"))["customer_id"]
    confirmed = await customers.command("POST", f"/orders/{order}/confirm")
    summary = await counted(confirmed, f"/customers/{customer}/summary")
    assert (summary["orders"], summary["confirmed_orders"]) == (1, 1)
    assert summary["spent"] == [{"currency": "EUR", "cents": 1_500}]
    cancelled = await customers.commands.post(f"/orders/{order}/cancel", json={"reason": "too late"})
    assert (await counted(cancelled, f"/customers/{customer}/summary")) == summary | {
        "confirmed_orders": 0,
        "spent": [],
    }
    after = await sales(cancelled)
    assert (after["orders"] - before["orders"], after["revenue_cents"] - before["revenue_cents"]) == (1, 1_500)
    assert after["cancelled_cents"] - before["cancelled_cents"] == 1_500


async def test_where_a_gateway_routes_by_path_the_other_prefixes_answer(customers: Customers) -> None:
    body = {"customer_id": "019a0000-0000-7000-8000-000000000001", "shipping_address": ADDRESS}
    created = await customers.commands.post(f"{customers.urls['command-api']}/commands/orders", json=body)
    location = created.headers["Location"]
    assert location.startswith("/queries/orders/")
    token = {"Consistency-Token": created.headers["Consistency-Token"], "Prefer": "wait=10"}
    read = await customers.queries.get(customers.urls["query-api"] + location, headers=token)
    assert read.json()["status"] == "DRAFT"


async def test_a_command_that_is_run_later_tells_its_end_and_leads_to_what_it_did(customers: Customers) -> None:
    order = (await customers.order(SKUS[0])).json()["order_id"]
    later = {"Prefer": "respond-async"}
    accepted = await customers.commands.post(f"/orders/{order}/confirm", headers=later)
    assert accepted.status_code == httpx.codes.ACCEPTED
    address = customers.urls["query-api"] + accepted.headers["Location"]
    told = {"Consistency-Token": accepted.headers["Consistency-Token"], "Prefer": "wait=10"}

    def complaint() -> str | None:
        status = web.get(address, headers=told, timeout=15).json()["status"]
        return None if status == "succeeded" else f"it is {status}"

    await until(complaint, within=10)
    ended = await customers.queries.get(address)
    assert ended.json()["result"] == {"order_id": order, "version": 2}
    fresh = {"Consistency-Token": ended.headers["Consistency-Token"], "Prefer": "wait=10"}
    read = await customers.queries.get(f"/orders/{order}", headers=fresh)
    assert (read.json()["status"], read.json()["version"]) == ("CONFIRMED", 2)


async def test_of_two_orders_for_the_last_unit_one_is_confirmed_and_one_refused(customers: Customers) -> None:
    for round_ in range(10):
        sku = f"LAST-{round_}"
        body = {"name": "The last one", "unit_price_cents": 100, "currency": "EUR"}
        await customers.commands.put(f"/products/{sku}", json=body)
        await customers.commands.post(f"/products/{sku}/stock-adjustments", json={"delta": 1, "reason": "the last"})
        orders = [(await customers.order(sku)).json()["order_id"] for _ in range(2)]
        answers = await asyncio.gather(*(customers.command("POST", f"/orders/{order}/confirm") for order in orders))
        assert sorted(answer.status_code for answer in answers) == [200, 400]
        refusal = next(answer.json() for answer in answers if answer.status_code == httpx.codes.BAD_REQUEST)
        assert refusal["code"] == "insufficient_inventory"
        assert refusal["items"] == [{"sku": sku, "requested": 1, "available": 0}]


async def test_a_request_id_is_found_in_the_logs_of_both_ends(customers: Customers, stack: Stack) -> None:
    request_id = "follow-me-through-the-house"
    body = {"customer_id": "019a0000-0000-7000-8000-000000000001"}
    created = await customers.commands.post("/orders", json=body, headers={"X-Request-Id": request_id})
    assert created.headers["X-Request-Id"] == request_id

    def complaint() -> str | None:
        written = any(line.get("correlation_id") == request_id for line in stack.log("command-api"))
        applied = any(request_id in line.get("correlation_ids", ()) for line in stack.log("projector"))
        return None if written and applied else f"command-api: {written}, projector: {applied}"

    await until(complaint, within=10)
