"""Many at a time on a real Postgres: stock is sold once, nobody waits for ever, nothing is lost or doubled."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from uuid import uuid4

import httpx
import pytest

from tests.integration.command_api.shop import Shop, assert_problem

pytestmark = pytest.mark.asyncio(loop_scope="module")

DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


async def test_of_two_orders_for_the_last_unit_one_is_confirmed_and_one_refused(shop: Shop) -> None:
    for _ in range(20):
        sku = await shop.product(1)
        orders = [await shop.draft({sku: 1}) for _ in range(2)]
        answers = await asyncio.gather(*(shop.call("POST", f"/orders/{order}/confirm") for order in orders))
        won, lost = sorted(answers, key=lambda answer: answer.status_code)
        assert won.status_code == 200
        problem = assert_problem(lost, 400, "insufficient_inventory")
        assert problem["items"] == [{"sku": sku, "requested": 1, "available": 0}]
        assert await shop.rows("SELECT reserved FROM products WHERE sku = %s", sku) == [{"reserved": 1}]


async def test_confirmations_and_cancellations_over_shared_products_never_deadlock(shop: Shop) -> None:
    choice = random.Random(7)
    skus = [await shop.product(12) for _ in range(5)]
    baskets = [{sku: choice.randint(1, 2) for sku in choice.sample(skus, 3)} for _ in range(20)]
    orders = [await shop.draft(basket) for basket in baskets]
    deadlocks = await shop.rows(DEADLOCKS)

    async def confirm_and_maybe_cancel(number: int) -> list[httpx.Response]:
        answers = [await shop.call("POST", f"/orders/{orders[number]}/confirm")]
        if number % 2:
            answers.append(await shop.call("POST", f"/orders/{orders[number]}/cancel", {"reason": "race"}))
        return answers

    ends = await asyncio.gather(*(confirm_and_maybe_cancel(number) for number in range(len(orders))))
    assert {answer.status_code for end in ends for answer in end} <= {200, 400, 409}
    assert {answer.status_code for answer, *_ in ends} <= {200, 400}
    assert await shop.rows(DEADLOCKS) == deadlocks
    held: Counter[str] = Counter()
    for order, basket in zip(orders, baskets, strict=True):
        if (await shop.types(order))[-1] == "OrderConfirmed":
            held.update(basket)
    stored = await shop.rows("SELECT sku, reserved FROM products WHERE sku = ANY(%s)", skus)
    assert {row["sku"]: row["reserved"] for row in stored} == {sku: held[sku] for sku in skus}
    assert sum(held.values()) > 0


async def test_changes_of_one_order_at_the_same_time_are_each_there_once_or_refused(shop: Shop) -> None:
    sku = await shop.product(1_000)
    order = await shop.draft({sku: 1})
    body = {"sku": sku, "quantity": 1}
    answers = await asyncio.gather(*(shop.call("POST", f"/orders/{order}/items", body) for _ in range(30)))
    made = [answer.json()["version"] for answer in answers if answer.status_code == 200]
    for answer in answers:
        if answer.status_code != 200:
            assert_problem(answer, 409, "concurrent_update")
            assert answer.headers["retry-after"]
    log = await shop.log(order)
    assert [row["version"] for row in log] == list(range(1, len(made) + 2))
    assert sorted(made) == list(range(2, len(made) + 2))
    assert log[-1]["data"]["data"]["item_count"] == len(made) + 1
    assert len(made) >= 10


Race = Callable[[Shop, str, str], Awaitable[httpx.Response]]


async def _confirm(shop: Shop, order: str, _sku: str) -> httpx.Response:
    return await shop.call("POST", f"/orders/{order}/confirm")


async def _cancel(shop: Shop, order: str, _sku: str) -> httpx.Response:
    return await shop.call("POST", f"/orders/{order}/cancel", {"reason": "race"})


async def _ship(shop: Shop, order: str, sku: str) -> httpx.Response:
    return await shop.call("POST", f"/orders/{order}/shipments", {"items": [{"sku": sku, "quantity": 1}]})


@pytest.mark.parametrize(
    ("confirmed", "race", "code"),
    [
        (False, [_confirm] * 4, "illegal_transition"),
        (True, [_cancel] * 4, "illegal_transition"),
        (True, [_ship] * 4, "shipment_exceeds_ordered"),
        (True, [_ship, _cancel] * 2, None),
    ],
    ids=["confirm", "cancel", "ship", "ship and cancel"],
)
async def test_of_rivals_over_one_order_one_wins_and_the_others_are_told_what_became_of_it(
    shop: Shop, confirmed: bool, race: list[Race], code: str | None
) -> None:
    for _ in range(8):
        sku = await shop.product(1)
        order = await (shop.confirmed if confirmed else shop.draft)({sku: 1})
        answers = await asyncio.gather(*(run(shop, order, sku) for run in race))
        assert sorted(answer.status_code for answer in answers)[1:] == [409] * 3
        codes = {answer.json()["code"] for answer in answers if answer.status_code == 409}
        assert codes <= ({code} if code else {"illegal_transition", "shipment_exceeds_ordered"})
        assert min(answer.status_code for answer in answers) in {200, 201}


async def test_a_product_listed_by_ten_at_once_is_made_once(shop: Shop) -> None:
    sku = f"RACE-{uuid4().hex[:8]}"
    bodies = [{"name": f"Cup {number}", "unit_price_cents": number, "currency": "EUR"} for number in range(10)]
    answers = await asyncio.gather(*(shop.call("PUT", f"/products/{sku}", body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [201]
    assert sorted(answer.json()["version"] for answer in answers) == list(range(1, 11))
    assert await shop.types(sku) == ["ProductListed"] + ["ProductChanged"] * 9


async def test_stock_adjusted_by_many_at_once_adds_up(shop: Shop) -> None:
    sku = await shop.product(0)
    await asyncio.gather(*(shop.adjust(sku, delta) for delta in range(1, 21)))
    assert await shop.rows("SELECT on_hand, version FROM products WHERE sku = %s", sku) == [
        {"on_hand": 210, "version": 21}
    ]


async def test_orders_created_together_are_all_there(shop: Shop) -> None:
    sku = await shop.product()
    orders = await asyncio.gather(*(shop.draft({sku: 1}) for _ in range(100)))
    assert len(set(orders)) == 100
    rows = await shop.rows("SELECT aggregate_id FROM outbox WHERE aggregate_id = ANY(%s)", list(orders))
    assert Counter(row["aggregate_id"] for row in rows) == Counter(orders)
