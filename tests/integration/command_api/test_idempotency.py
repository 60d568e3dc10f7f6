"""Idempotency-Key over HTTP, on a real Postgres: what is sent again takes effect once and is answered alike."""

import asyncio
from collections import Counter
from functools import partial
from typing import Final

import httpx
import pytest

from tests.integration.command_api.sending_again import (
    KEPT,
    Prepare,
    all_answered,
    assert_replay,
    creation,
    new_key,
    orders_of,
    stored,
)
from tests.integration.command_api.shop import Shop

pytestmark = pytest.mark.asyncio(loop_scope="module")

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


async def test_a_hundred_at_once_make_one_order(shop: Shop) -> None:
    _, path, body = await creation(shop)
    key = new_key()
    answers = await all_answered([lambda: shop.call("POST", path, body, Idempotency_Key=key)] * 100)
    assert Counter(answer.status_code for answer in answers) == {201: 100}
    assert len({(answer.content, answer.headers["location"]) for answer in answers}) == 1
    assert isinstance(body, dict)
    assert await orders_of(shop, body["customer_id"]) == [answers[0].json()["order_id"]]


async def test_a_hundred_at_once_over_several_replicas_make_one_order(replicas: list[Shop]) -> None:
    for _ in range(5):
        _, path, body = await creation(replicas[0])
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


async def test_a_key_is_the_same_at_both_addresses(shop: Shop) -> None:
    order_id, headers = await shop.draft(), {"Idempotency-Key": new_key()}
    note = {"text": "Ring"}
    first, again = [
        await shop.client.post(f"{under}/orders/{order_id}/notes", json=note, headers=headers)
        for under in ("/api/v1", "/commands")
    ]
    assert_replay(again, first)
    assert await shop.types(order_id) == ["OrderCreated", "NoteAdded"]
