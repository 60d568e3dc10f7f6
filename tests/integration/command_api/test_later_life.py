"""What a client may do with an order's money, reviews, returns and notes, over HTTP, and what it is answered."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio

from tests.integration.command_api.idle_house import IdleHouse, idle_house
from tests.integration.command_api.shop import Shop, assert_problem

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def doubtful(shop: Shop, database_url: str) -> AsyncIterator[IdleHouse]:
    """Where every confirmation is held for a review."""
    async with idle_house(database_url) as house:
        yield house


async def done(shop: Shop, method: str, path: str, body: object = None, status: int = 200) -> httpx.Response:
    answer = await shop.call(method, path, body)
    assert answer.status_code == status, answer.text
    return answer


async def last(shop: Shop, aggregate_id: str) -> dict[str, object]:
    """The data of the newest event."""
    data: dict[str, object] = (await shop.log(aggregate_id))[-1]["data"]["data"]
    return data


async def test_discounts_and_charges_change_what_a_draft_comes_to(shop: Shop) -> None:
    at = f"/orders/{(order_id := await shop.draft({await shop.product(price=1_000): 2}))}"
    await done(shop, "POST", f"{at}/discounts", {"code": "TENTH", "percent_bp": 1_000})
    await done(shop, "POST", f"{at}/discounts", {"code": "FIVE", "amount_cents": 500, "percent_bp": None})
    await done(shop, "PUT", f"{at}/charges/shipping", {"label": "Express", "amount_cents": 990})
    silent = await done(shop, "PUT", f"{at}/charges/shipping", {"label": "Express", "amount_cents": 990})
    assert silent.json() == {"order_id": order_id, "version": 4}
    assert (await last(shop, order_id))["total_cents"] == 2_000 - 200 - 500 + 990
    await done(shop, "PUT", f"{at}/charges/tax", {"amount_cents": 0})
    await done(shop, "DELETE", f"{at}/discounts/TENTH")
    answer = await done(shop, "DELETE", f"{at}/charges/shipping")
    assert answer.json() == {"order_id": order_id, "version": 7}
    assert answer.headers["etag"] == '"7"'
    assert (await last(shop, order_id))["total_cents"] == 1_500


async def test_money_that_comes_and_goes_back_is_noted(shop: Shop) -> None:
    at = f"/orders/{(order_id := await shop.confirmed({await shop.product(price=1_000): 2}))}"
    await done(shop, "POST", f"{at}/payments", {"amount_cents": 1_500, "reference": "p-1", "reason": "deposit"})
    assert (await last(shop, order_id))["reason"] == "deposit"
    problem = assert_problem(
        await shop.call("POST", f"{at}/payments", {"amount_cents": 501, "reference": "p-2"}), 409, "overpayment"
    )
    assert (problem["amount_cents"], problem["due_cents"]) == (501, 500)
    body = {"amount_cents": 501, "reference": "p-2", "allow_overpayment": True}
    await done(shop, "POST", f"{at}/payments", body)
    assert (await last(shop, order_id))["reason"] is None
    await done(shop, "POST", f"{at}/refunds", {"amount_cents": 1, "reference": "r-1", "reason": "too much"})
    noted = await last(shop, order_id)
    assert (noted["paid_cents"], noted["refunded_cents"], noted["reason"]) == (2_001, 1, "too much")


async def test_cancelled_units_are_available_again(shop: Shop) -> None:
    sku = await shop.product(5)
    at = f"/orders/{(order_id := await shop.confirmed({sku: 3}))}"
    await done(shop, "POST", f"{at}/items/{sku}/cancel", {"quantity": 2, "reason": "broken"})
    assert await shop.rows("SELECT reserved FROM products WHERE sku = %s", sku) == [{"reserved": 1}]
    await done(shop, "POST", f"{at}/items/{sku}/cancel", {"quantity": 1, "reason": "broken"})
    assert (await last(shop, order_id))["status"] == "CANCELLED"
    assert (await shop.types(sku))[-2:] == ["StockReleased", "StockReleased"]


async def test_a_return_is_requested_and_received_or_rejected(shop: Shop) -> None:
    sku = await shop.product(5)
    order_id = await shop.delivered({sku: 3})
    at = f"/orders/{order_id}/returns"
    body = {"items": [{"sku": sku, "quantity": 1}], "reason": "too small"}
    answers = [await done(shop, "POST", at, body, 201) for _ in range(3)]
    first, second, third = (str(UUID(answer.json()["return_id"])) for answer in answers)
    assert set(answers[0].json()) == {"order_id", "version", "return_id"}
    await done(shop, "POST", f"{at}/{first}/receive", {"restock": True})
    await done(shop, "POST", f"{at}/{second}/receive", {"restock": False})
    await done(shop, "POST", f"{at}/{third}/reject", {"reason": "worn"})
    assert await shop.rows("SELECT on_hand FROM products WHERE sku = %s", sku) == [{"on_hand": 3}]
    assert (await shop.types(order_id))[-3:] == ["ReturnReceived", "ReturnReceived", "ReturnRejected"]
    assert_problem(await shop.call("POST", f"{at}/{third}/reject", {"reason": "x"}), 409, "illegal_transition")


async def test_a_review_ends_as_the_reviewer_says(shop: Shop, doubtful: IdleHouse) -> None:
    sku = await doubtful.product()
    good, bad = await doubtful.in_review(sku), await doubtful.in_review(sku)
    body = {"reviewer": "Grace Hopper", "reason": "The customer is known"}
    await done(shop, "POST", f"/orders/{good}/review/approve", body)
    await done(shop, "POST", f"/orders/{bad}/review/decline", body)
    assert [(await last(shop, str(one)))["status"] for one in (good, bad)] == ["CONFIRMED", "CANCELLED"]
    assert await shop.rows("SELECT reserved FROM products WHERE sku = %s", sku) == [{"reserved": 2}]
    for verb in ("approve", "decline"):
        answer = await shop.call("POST", f"/orders/{good}/review/{verb}", body)
        assert assert_problem(answer, 409, "illegal_transition")["state"] == "CONFIRMED"


async def test_a_note_is_kept_whatever_the_state(shop: Shop) -> None:
    order_id = await shop.draft()
    await done(shop, "DELETE", f"/orders/{order_id}")
    answer = await done(shop, "POST", f"/orders/{order_id}/notes", {"text": "n" * 2_000})
    assert answer.json()["version"] == 3
    assert (await last(shop, order_id))["text"] == "n" * 2_000


async def test_a_note_keeps_its_lines(shop: Shop) -> None:
    order_id, lines = await shop.draft(), 'Leave it with the neighbour:\n\t2nd floor, "Ada".\n'
    await done(shop, "POST", f"/orders/{order_id}/notes", {"text": lines})
    assert (await last(shop, order_id))["text"] == lines


async def test_a_delisted_product_is_not_sold_until_it_is_listed_again(shop: Shop) -> None:
    sku = await shop.product()
    answer = await done(shop, "DELETE", f"/products/{sku}")
    assert answer.json() == {"sku": sku, "version": 3}
    assert (await done(shop, "DELETE", f"/products/{sku}")).json()["version"] == 3
    order = {"customer_id": str(uuid4()), "items": [{"sku": sku, "quantity": 1}]}
    assert_problem(await shop.call("POST", "/orders", order), 409, "product_delisted")
    await done(shop, "PUT", f"/products/{sku}", {"name": "Cup", "unit_price_cents": 250, "currency": "EUR"})
    await done(shop, "POST", "/orders", order, 201)
