"""Idempotency-Key over HTTP, on a real Postgres: what is sent again takes effect once and is answered alike."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from command_api import composition
from command_api.settings import Settings
from tests.contract.databases.logins import as_member
from tests.integration.command_api.shop import ADDRESS, Shop, assert_problem, open_shop

pytestmark = pytest.mark.asyncio(loop_scope="module")

CUP: Final = {"name": "Cup", "unit_price_cents": 250, "currency": "EUR"}
OF_THE_REQUEST: Final = {"x-request-id", "idempotent-replayed"}
"""Headers that a replay has of its own."""

Call = tuple[str, str, object]
Prepare = Callable[[Shop], Awaitable[Call]]


def new_key() -> str:
    """One that nobody has used."""
    return str(uuid4())


async def stored(shop: Shop) -> int:
    """How many answers are kept."""
    (row,) = await shop.rows("SELECT count(*) AS answers FROM idempotency_keys")
    return int(row["answers"])


def assert_replay(again: httpx.Response, first: httpx.Response) -> None:
    """The answer is the first one once more, byte by byte."""
    assert (again.status_code, again.content) == (first.status_code, first.content), again.text
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    headers = [
        {name: value for name, value in answer.headers.items() if name not in OF_THE_REQUEST}
        for answer in (first, again)
    ]
    assert headers[0] == headers[1]


async def _creation(shop: Shop) -> Call:
    sku = await shop.product()
    body = {"customer_id": str(uuid4()), "items": [{"sku": sku, "quantity": 1}], "shipping_address": ADDRESS}
    return "POST", "/orders", body


async def _addition(shop: Shop) -> Call:
    sku = await shop.product()
    return "POST", f"/orders/{await shop.draft({sku: 1})}/items", {"sku": sku, "quantity": 1}


async def _nothing_new(shop: Shop) -> Call:
    sku = await shop.product()
    return "PUT", f"/orders/{await shop.draft({sku: 2})}/items/{sku}", {"quantity": 2}


async def _confirmation(shop: Shop) -> Call:
    return "POST", f"/orders/{await shop.draft({await shop.product(): 1})}/confirm", None


async def _discard(shop: Shop) -> Call:
    return "DELETE", f"/orders/{await shop.draft()}", None


async def _shipment(shop: Shop) -> Call:
    sku = await shop.product()
    order = await shop.confirmed({sku: 2})
    return "POST", f"/orders/{order}/shipments", {"items": [{"sku": sku, "quantity": 1}]}


async def _listing(_shop: Shop) -> Call:
    return "PUT", f"/products/NEW-{uuid4().hex[:8]}", CUP


async def _same_listing(shop: Shop) -> Call:
    return "PUT", f"/products/{await shop.product()}", CUP


async def _delivery(shop: Shop) -> Call:
    return "POST", f"/products/{await shop.product()}/stock-adjustments", {"delta": 5, "reason": "delivery"}


async def _confirmation_of_nothing(shop: Shop) -> Call:
    return "POST", f"/orders/{await shop.draft()}/confirm", None


async def _confirmation_without_stock(shop: Shop) -> Call:
    sku = await shop.product(1)
    order = await shop.draft({sku: 1})
    await shop.confirmed({sku: 1})
    return "POST", f"/orders/{order}/confirm", None


async def _change_of_what_is_not_there(_shop: Shop) -> Call:
    return "POST", f"/orders/{uuid4()}/confirm", None


async def _order_of_what_is_not_there(_shop: Shop) -> Call:
    return "POST", "/orders", {"customer_id": str(uuid4()), "items": [{"sku": "NOBODY", "quantity": 1}]}


async def _theft(shop: Shop) -> Call:
    return "POST", f"/products/{await shop.product(5)}/stock-adjustments", {"delta": -6, "reason": "theft"}


KEPT: Final[dict[str, tuple[Prepare, int]]] = {
    "create": (_creation, 201),
    "add": (_addition, 200),
    "change nothing": (_nothing_new, 200),
    "confirm": (_confirmation, 200),
    "discard": (_discard, 200),
    "ship": (_shipment, 201),
    "list": (_listing, 201),
    "list the same": (_same_listing, 200),
    "adjust": (_delivery, 200),
    "confirm nothing": (_confirmation_of_nothing, 409),
    "confirm without stock": (_confirmation_without_stock, 400),
    "confirm what is not there": (_change_of_what_is_not_there, 404),
    "order what is not there": (_order_of_what_is_not_there, 422),
    "take what is not there": (_theft, 409),
}
each_kept: Final = pytest.mark.parametrize(("prepare", "status"), KEPT.values(), ids=KEPT.keys())


@each_kept
async def test_what_is_sent_again_is_answered_again_and_changes_nothing(
    shop: Shop, prepare: Prepare, status: int
) -> None:
    method, path, body = await prepare(shop)
    key, before = new_key(), await stored(shop)
    first = await shop.call(method, path, body, Idempotency_Key=key)
    assert first.status_code == status, first.text
    footprint = await shop.footprint()
    for _ in range(2):
        assert_replay(await shop.call(method, path, body, Idempotency_Key=key), first)
    assert await shop.footprint() == footprint
    assert await stored(shop) == before + 1


@each_kept
async def test_of_many_at_once_one_takes_effect_and_all_are_answered_alike(
    shop: Shop, prepare: Prepare, status: int
) -> None:
    method, path, body = await prepare(shop)
    key, before, events = new_key(), await stored(shop), await shop.footprint()

    async def send() -> httpx.Response:
        return await shop.call(method, path, body, Idempotency_Key=key)

    answers = await all_answered([send] * 12)
    assert {answer.status_code for answer in answers} == {status}
    assert len({answer.content for answer in answers}) == 1
    assert [answer.headers.get("idempotent-replayed") for answer in answers].count(None) == 1
    assert await stored(shop) == before + 1
    # At most one event of the order and one of its product: with one SKU a command makes no more.
    assert int(str((await shop.footprint())[0])) - int(str(events[0])) <= 2


async def all_answered(sends: list[Callable[[], Awaitable[httpx.Response]]]) -> list[httpx.Response]:
    """Send all at once, and those again that are told that the first one is under way."""

    async def until_answered(send: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
        async with asyncio.timeout(20):
            while (answer := await send()).status_code == 409 and answer.json()["code"] == "idempotency_key_in_flight":
                assert answer.headers["retry-after"] == "1"
                await asyncio.sleep(0.01)
        return answer

    return await asyncio.gather(*(until_answered(send) for send in sends))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def replicas(shop: Shop, database_url: str) -> AsyncIterator[list[Shop]]:
    """Three processes' worth of the service on one database, each with its own pool and its own batches."""
    settings = Settings(database_url=as_member(database_url, "orders_command"), actor_header="X-Actor")
    async with AsyncExitStack() as stack:
        others = [
            await stack.enter_async_context(open_shop(composition.application(settings), database_url))
            for _ in range(2)
        ]
        yield [shop, *others]


async def test_a_hundred_at_once_make_one_order(shop: Shop) -> None:
    _, path, body = await _creation(shop)
    key = new_key()
    answers = await all_answered([lambda: shop.call("POST", path, body, Idempotency_Key=key)] * 100)
    assert Counter(answer.status_code for answer in answers) == {201: 100}
    assert len({(answer.content, answer.headers["location"]) for answer in answers}) == 1
    assert isinstance(body, dict)
    assert await orders_of(shop, body["customer_id"]) == [answers[0].json()["order_id"]]


async def orders_of(shop: Shop, customer_id: str) -> list[str]:
    """The orders that a customer has in the log."""
    found = await shop.rows("SELECT aggregate_id FROM outbox WHERE data->'data'->>'customer_id' = %s", customer_id)
    return [row["aggregate_id"] for row in found]


async def test_a_hundred_at_once_over_several_replicas_make_one_order(replicas: list[Shop]) -> None:
    for _ in range(5):
        _, path, body = await _creation(replicas[0])
        send = partial(Shop.call, method="POST", path=path, json=body, Idempotency_Key=new_key())
        answers = await all_answered([partial(send, replicas[n % 3]) for n in range(100)])
        assert Counter(answer.status_code for answer in answers) == {201: 100}
        assert len({(answer.content, answer.headers["location"]) for answer in answers}) == 1
        assert isinstance(body, dict)
        assert await orders_of(replicas[0], body["customer_id"]) == [answers[0].json()["order_id"]]


async def test_replicas_that_lock_and_share_keys_never_deadlock(replicas: list[Shop]) -> None:
    """Each order is confirmed, added to and discarded under the same few keys by all replicas at once."""
    shop = replicas[0]
    deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    before = await shop.rows(deadlocks)
    sku = await shop.product(1_000)
    orders = [await shop.draft({sku: 1}) for _ in range(6)]
    calls = [
        (replica, method, path, body, f"{order}-{name}")
        for order in orders
        for replica in replicas * 3
        for name, method, path, body in (
            ("add", "POST", f"/orders/{order}/items", {"sku": sku, "quantity": 1}),
            ("confirm", "POST", f"/orders/{order}/confirm", None),
            ("cancel", "POST", f"/orders/{order}/cancel", {"reason": "race"}),
        )
    ]
    answers = await asyncio.gather(
        *(at.call(method, path, body, Idempotency_Key=key) for at, method, path, body, key in calls)
    )
    assert {answer.status_code for answer in answers} <= {200, 409}, Counter(a.status_code for a in answers)
    assert await shop.rows(deadlocks) == before
    told: dict[str, set[bytes]] = {}
    for (*_, key), answer in zip(calls, answers, strict=True):
        if answer.json().get("code") not in {"idempotency_key_in_flight", "concurrent_update"}:
            told.setdefault(key, set()).add(answer.content)
    assert {key: len(contents) for key, contents in told.items() if len(contents) != 1} == {}
    for order in orders:
        types = await shop.types(order)
        assert max(types.count(name) for name in set(types)) == 1, types


async def test_a_shipment_that_is_sent_again_has_the_id_of_the_first(shop: Shop) -> None:
    method, path, body = await _shipment(shop)
    key = new_key()
    first, again = [await shop.call(method, path, body, Idempotency_Key=key) for _ in range(2)]
    assert first.json()["shipment_id"] == again.json()["shipment_id"]
    assert (await shop.call(method, path, body, Idempotency_Key=new_key())).json()["shipment_id"] != (
        first.json()["shipment_id"]
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda body: {**body, "quantity": 2},
        lambda body: {**body, "sku": "OTHER"},
    ],
)
async def test_other_content_under_the_same_key_is_refused(
    shop: Shop, change: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    method, path, body = await _addition(shop)
    assert isinstance(body, dict)
    key = new_key()
    first = await shop.call(method, path, body, Idempotency_Key=key)
    footprint = await shop.footprint()
    answer = await shop.call(method, path, change(body), Idempotency_Key=key)
    assert_problem(answer, 422, "idempotency_key_reused")
    assert await shop.footprint() == footprint
    assert_replay(await shop.call(method, path, body, Idempotency_Key=key), first)


async def test_another_order_under_the_same_key_and_operation_is_other_content(shop: Shop) -> None:
    key = new_key()
    one, other = await shop.draft(), await shop.draft()
    assert (await shop.call("DELETE", f"/orders/{one}", Idempotency_Key=key)).status_code == 200
    assert_problem(await shop.call("DELETE", f"/orders/{other}", Idempotency_Key=key), 422, "idempotency_key_reused")
    assert await shop.types(other) == ["OrderCreated"]


async def test_the_order_of_fields_and_a_null_are_no_other_content(shop: Shop) -> None:
    sku, customer, key = await shop.product(), str(uuid4()), new_key()
    first = await shop.call(
        "POST", "/orders", {"customer_id": customer, "items": [{"sku": sku, "quantity": 1}]}, Idempotency_Key=key
    )
    body = {"items": [{"quantity": 1, "sku": sku}], "reference": None, "customer_id": customer.upper()}
    assert_replay(await shop.call("POST", "/orders", body, Idempotency_Key=key), first)


async def test_a_key_is_good_for_one_caller_and_one_operation(shop: Shop) -> None:
    key, sku = new_key(), await shop.product()
    order = await shop.draft({sku: 1})
    item = {"sku": sku, "quantity": 2}
    answers = [
        await shop.call("POST", f"/orders/{order}/items", item, Idempotency_Key=key),
        await shop.call("POST", f"/orders/{order}/items", item, Idempotency_Key=key, X_Actor="ada"),
        await shop.call("POST", f"/orders/{order}/items", item, Idempotency_Key=key, X_Actor="bob"),
        await shop.call("PUT", f"/orders/{order}/items/{sku}", {"quantity": 2}, Idempotency_Key=key),
        await shop.call("DELETE", f"/orders/{order}/items/{sku}", Idempotency_Key=key),
    ]
    assert [answer.json()["version"] for answer in answers] == [2, 3, 4, 5, 6]


async def test_a_key_is_the_same_bare_and_quoted_and_at_both_addresses(shop: Shop) -> None:
    method, path, body = await _addition(shop)
    key = new_key()
    first = await shop.call(method, path, body, Idempotency_Key=key)
    assert_replay(await shop.call(method, path, body, Idempotency_Key=f'"{key}"'), first)
    headers = {"Idempotency-Key": key}
    assert_replay(await shop.client.request(method, f"/commands{path}", json=body, headers=headers), first)


@pytest.mark.parametrize("key", ["", '""', '"', "x" * 256, "a\tb", "é".encode()], ids=repr)
async def test_what_is_no_key_is_malformed_and_changes_nothing(shop: Shop, key: str | bytes) -> None:
    footprint = await shop.footprint()
    headers = {b"Idempotency-Key": key.encode() if isinstance(key, str) else key}
    answer = await shop.client.post("/api/v1/orders", json={"customer_id": str(uuid4())}, headers=headers)
    assert_problem(answer, 400, "malformed_request")
    assert await shop.footprint() == footprint


async def test_faults_of_form_are_not_kept(shop: Shop) -> None:
    method, path, body = await _addition(shop)
    assert isinstance(body, dict)
    key, before = new_key(), await stored(shop)
    bad = await shop.call(method, path, {**body, "quantity": 0}, Idempotency_Key=key)
    assert_problem(bad, 422, "validation_failed")
    assert_problem(await shop.call(method, path, body, Idempotency_Key=key, If_Match="x"), 400, "malformed_request")
    assert await stored(shop) == before
    assert (await shop.call(method, path, body, Idempotency_Key=key)).status_code == 200


async def test_a_stale_version_is_not_kept_but_a_success_is_told_whatever_the_version_is_now(shop: Shop) -> None:
    method, path, body = await _addition(shop)
    key = new_key()
    stale = await shop.call(method, path, body, Idempotency_Key=key, If_Match='"7"')
    assert_problem(stale, 412, "stale_version")
    first = await shop.call(method, path, body, Idempotency_Key=key, If_Match='"1"')
    assert first.status_code == 200
    assert_replay(await shop.call(method, path, body, Idempotency_Key=key, If_Match='"1"'), first)
    sku = await shop.product()
    adjust, delivery = f"/products/{sku}/stock-adjustments", {"delta": 5, "reason": "delivery"}
    first = await shop.call("POST", adjust, delivery, Idempotency_Key=key, If_Match='"2"')
    assert first.status_code == 200
    assert_replay(await shop.call("POST", adjust, delivery, Idempotency_Key=key, If_Match='"2"'), first)


async def test_the_first_answer_is_told_after_the_world_has_moved_on(shop: Shop) -> None:
    sku = await shop.product(1)
    order = await shop.draft({sku: 1})
    key, late = new_key(), new_key()
    first = await shop.call("POST", f"/orders/{order}/confirm", Idempotency_Key=key)
    refused = await shop.call("POST", f"/orders/{order}/confirm", Idempotency_Key=late)
    assert_problem(refused, 409, "illegal_transition")
    await shop.call("POST", f"/orders/{order}/cancel", {"reason": "moved on"})
    assert_replay(await shop.call("POST", f"/orders/{order}/confirm", Idempotency_Key=key), first)
    assert_replay(await shop.call("POST", f"/orders/{order}/confirm", Idempotency_Key=late), refused)


async def test_a_key_that_somebody_holds_is_in_flight(shop: Shop, replicas: list[Shop]) -> None:
    """Another process has claimed the key, and has not committed."""
    method, path, body = await _addition(shop)
    key = new_key()
    first = await shop.call(method, path, body, Idempotency_Key=key)
    (row,) = await shop.rows("SELECT scope FROM idempotency_keys ORDER BY answered_at DESC LIMIT 1")
    lock = int.from_bytes(bytes(row["scope"])[:8], signed=True)
    await shop.rows("DELETE FROM idempotency_keys WHERE scope = %s RETURNING 1 AS one", row["scope"])
    async with replicas[1].database.transaction():
        await replicas[1].rows("SELECT pg_advisory_xact_lock(%s)", lock)
        footprint = await shop.footprint()
        answer = await shop.call(method, path, body, Idempotency_Key=key)
        assert_problem(answer, 409, "idempotency_key_in_flight")
        assert answer.headers["retry-after"] == "1"
        assert await shop.footprint() == footprint
    again = await shop.call(method, path, body, Idempotency_Key=key)
    assert again.json()["version"] == first.json()["version"] + 1


async def test_where_a_key_is_required_a_command_without_one_is_told_so(database_url: str) -> None:
    settings = Settings(database_url=database_url, require_idempotency_key=True)
    async with open_shop(composition.application(settings), database_url) as strict:
        body = {"customer_id": str(uuid4())}
        problem = assert_problem(await strict.call("POST", "/orders", body), 400, "malformed_request")
        assert problem["detail"] == "Send Idempotency-Key, with a key that is new for each command."
        assert (await strict.call("POST", "/orders", body, Idempotency_Key=new_key())).status_code == 201
