"""Questions over HTTP, answered from a real read database."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx
import pytest

from tests.suites.query_rows import OrderRow, ProductRow, connection, store_orders, store_products

NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
PREFIXES = ["/api/v1", "/queries"]


@pytest.mark.parametrize("prefix", PREFIXES)
async def test_an_order_is_answered_byte_for_byte(
    client: httpx.AsyncClient, read_database_url: str, prefix: str
) -> None:
    order = OrderRow(version=3)
    store_orders(read_database_url, [order])
    answer = await client.get(f"{prefix}/orders/{order.order_id}")
    assert (answer.status_code, answer.content) == (200, order.document())
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["etag"] == '"3"'
    assert "consistency-achieved" not in answer.headers


async def test_ids_may_be_written_in_capitals(client: httpx.AsyncClient, read_database_url: str) -> None:
    order = OrderRow()
    store_orders(read_database_url, [order])
    assert (await client.get(f"/api/v1/orders/{str(order.order_id).upper()}")).content == order.document()


async def test_who_has_the_version_already_gets_304_and_no_body(
    client: httpx.AsyncClient, read_database_url: str
) -> None:
    order = OrderRow(version=3)
    store_orders(read_database_url, [order])
    store_products(read_database_url, [ProductRow(sku="MUG", version=3)])
    for path in (f"/api/v1/orders/{order.order_id}", "/api/v1/products/MUG"):
        for header in ('"3"', 'W/"3"', '"1", "3"', "*"):
            answer = await client.get(path, headers={"If-None-Match": header})
            assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", '"3"')
        changed = await client.get(path, headers={"If-None-Match": '"2"'})
        assert changed.status_code == 200


async def test_head_answers_as_get_does_without_a_body(client: httpx.AsyncClient, read_database_url: str) -> None:
    order = OrderRow()
    store_orders(read_database_url, [order])
    for path in (
        f"/api/v1/orders/{order.order_id}",
        "/queries/orders",
        "/api/v1/orders/x",
        "/nope",
        "/readyz",
        "/docs",
        "/docs/problems",
    ):
        got, headed = await client.get(path), await client.head(path)
        assert (headed.status_code, headed.content) == (got.status_code, b"")
        assert headed.headers["content-length"] == str(len(got.content))


@pytest.mark.parametrize("prefix", PREFIXES)
async def test_lists_are_walked_by_token_or_by_link_under_the_same_prefix(
    client: httpx.AsyncClient, read_database_url: str, prefix: str
) -> None:
    customer = uuid4()
    orders = [OrderRow(customer_id=customer, created_at=NOON + timedelta(seconds=number)) for number in range(5)]
    store_orders(read_database_url, [*orders, OrderRow(created_at=NOON)])
    path = f"{prefix}/customers/{customer}/orders?page_size=2&created_from=2026-11-22T13:00:00%2B01:00"
    seen: list[str] = []
    while path:
        answer = await client.get(path)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        seen += [item["order_id"] for item in page["items"]]
        link = answer.links.get("next", {}).get("url", "")
        assert link.startswith(f"{prefix}/customers/{customer}/orders?") or page["next_page_token"] is None
        assert page["next_page_token"] is None or httpx.URL(link).params["page_token"] == page["next_page_token"]
        path = link
    assert seen == [str(order.order_id) for order in reversed(orders)]


async def test_a_page_is_made_of_the_stored_summaries(client: httpx.AsyncClient, read_database_url: str) -> None:
    order = OrderRow(reference="R", total_cents=300, skus=("A", "B"), created_at=NOON)
    store_orders(read_database_url, [order, OrderRow(created_at=NOON)])
    every = (
        f"customer_id={order.customer_id}&status=DRAFT&created_from=2026-11-22T12:00:00Z&created_to=2026-11-22T12:00:01Z"
        "&min_total_cents=300&max_total_cents=300&sku=B&reference=R"
    )
    answer = await client.get(f"/api/v1/orders?{every}")
    assert answer.content == b'{"items":[' + order.summary() + b'],"next_page_token":null}'


async def test_pages_have_20_items_unless_told(client: httpx.AsyncClient, read_database_url: str) -> None:
    store_orders(read_database_url, [OrderRow() for _ in range(21)])
    assert len((await client.get("/api/v1/orders")).json()["items"]) == 20
    assert len((await client.get("/api/v1/orders?page_size=100")).json()["items"]) == 21


async def test_a_page_token_is_refused_with_other_filters_and_elsewhere(
    client: httpx.AsyncClient, read_database_url: str
) -> None:
    order = OrderRow(version=3)
    store_orders(read_database_url, [order, OrderRow()])
    token = (await client.get("/api/v1/orders?page_size=1&status=DRAFT")).json()["next_page_token"]
    assert (await client.get(f"/api/v1/orders?page_size=9&status=DRAFT&page_token={token}")).status_code == 200
    for path in (
        f"/api/v1/orders?page_size=1&page_token={token}",
        f"/api/v1/orders?page_size=1&status=CONFIRMED&page_token={token}",
        f"/api/v1/orders/{order.order_id}/history?page_token={token}",
        f"/api/v1/products?page_token={token}",
        f"/api/v1/orders?status=DRAFT&page_token={token[:-1]}",
    ):
        answer = await client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed_request")


async def test_history_is_paged_oldest_first(client: httpx.AsyncClient, read_database_url: str) -> None:
    order = OrderRow(version=5)
    store_orders(read_database_url, [order])
    first = await client.get(f"/queries/orders/{order.order_id}/history?page_size=3")
    assert [item["version"] for item in first.json()["items"]] == [1, 2, 3]
    second = await client.get(first.links["next"]["url"])
    expected = b",".join(order.history(version) for version in (4, 5))
    assert second.content == b'{"items":[' + expected + b'],"next_page_token":null}'


async def test_products_are_listed_by_sku(client: httpx.AsyncClient, read_database_url: str) -> None:
    store_products(read_database_url, [ProductRow(sku=sku) for sku in ("B", "a", "A.1", "C")])
    first = await client.get("/api/v1/products?page_size=3")
    assert [item["sku"] for item in first.json()["items"]] == ["A.1", "B", "C"]
    assert [item["sku"] for item in (await client.get(first.links["next"]["url"])).json()["items"]] == ["a"]


async def test_projections_tell_how_far_each_partition_is(client: httpx.AsyncClient, read_database_url: str) -> None:
    empty = (await client.get("/api/v1/projections")).json()
    assert empty == {"projection": "g1", "epoch": None, "partitions": [], "seconds_behind": None, "parked": 0}
    with connection(read_database_url) as writer:
        writer.execute("INSERT INTO projection_checkpoint VALUES ('g1', 0, 1, 5, 'e', 0), ('g1', 1, 1, 9, 'e', 3)")
        early = (await client.get("/api/v1/projections")).json()
        writer.execute("INSERT INTO projection_heads VALUES ('g1', 1, '{7,9,2}', now(), now() - interval '90 seconds')")
    assert [one["head"] for one in early["partitions"]] == [None, None]
    told = (await client.get("/api/v1/projections")).json()
    assert [(one["partition"], one["sequence"], one["head"], one["events_behind"]) for one in told["partitions"]] == [
        (0, 5, 7, 2),
        (1, 9, 9, 0),
        (2, 0, 2, 2),
    ]
    assert ([one["parked"] for one in told["partitions"]], told["parked"]) == ([0, 3, 0], 3)
    assert told["epoch"] == 1
    assert 90 <= told["seconds_behind"] < 120


async def test_request_ids_are_taken_made_and_echoed(client: httpx.AsyncClient) -> None:
    taken = await client.get("/api/v1/orders/x", headers={"X-Request-Id": "trace.me_1-2"})
    assert taken.headers["x-request-id"] == taken.json()["trace_id"] == "trace.me_1-2"
    for bad in ("", "x" * 129, "a b", "ä", 'a"b'):
        made = await client.get("/livez", headers=[(b"X-Request-Id", bad.encode())])
        assert UUID(made.headers["x-request-id"]).version == 4
