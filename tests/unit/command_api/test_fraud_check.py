"""What a fraud check is asked, what it may answer, and what becomes of an order when it does not."""

from collections.abc import AsyncIterator

import httpx
import orjson
import pytest
import respx

from command_api.adapters.in_house import ApproveAll
from command_api.application.errors import FraudCheckUnavailable
from orders_domain.values import FraudVerdict
from tests.unit.command_api.asking import ORDER_ID, URL, an_order, answer, fraud_check, plain_client, service


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with plain_client() as client:
        yield client


@respx.mock
async def test_the_order_is_told_whole(client: httpx.AsyncClient) -> None:
    route = respx.post(URL).respond(json=answer(verdict="deny"))
    assert await fraud_check(service(client)).assess(an_order()) is FraudVerdict.DENY
    asked = route.calls[0].request
    assert asked.headers["Idempotency-Key"] == f"{ORDER_ID}-1"
    assert orjson.loads(asked.content) == {
        "order_id": str(ORDER_ID),
        "version": 1,
        "customer_id": "00000000-0000-0000-0000-000000000002",
        "currency": "EUR",
        "total_cents": 1_500,
        "country": "GB",
        "lines": [
            {"sku": "CUP", "quantity": 3, "unit_price_cents": 250, "line_total_cents": 750},
            {"sku": "ARC", "quantity": 3, "unit_price_cents": 250, "line_total_cents": 750},
        ],
    }


@respx.mock
@pytest.mark.parametrize("verdict", FraudVerdict)
async def test_each_verdict_is_understood(verdict: FraudVerdict, client: httpx.AsyncClient) -> None:
    respx.post(URL).respond(json=answer(verdict=verdict.value))
    assert await fraud_check(service(client)).assess(an_order()) is verdict


@respx.mock
async def test_without_an_answer_the_order_is_held_or_refused_as_it_is_set(client: httpx.AsyncClient) -> None:
    respx.post(URL).respond(404)
    assert await fraud_check(service(client), "hold").assess(an_order()) is FraudVerdict.REVIEW
    with pytest.raises(FraudCheckUnavailable, match="does not answer"):
        await fraud_check(service(client), "refuse").assess(an_order())


async def test_where_no_fraud_check_is_set_nobody_is_doubted() -> None:
    assert await ApproveAll().assess(an_order()) is FraudVerdict.APPROVE
