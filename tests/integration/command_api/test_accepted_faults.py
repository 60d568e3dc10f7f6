"""Accepted commands and what goes wrong: a system outside that is down, a process that is killed, a database away."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from uuid import uuid4

import httpx
import psycopg
import pytest
import respx

from command_api import composition
from command_api.settings import Settings
from tests import web
from tests.contract.databases.logins import as_member
from tests.integration.command_api.later import ASYNC, accepted, end_of, waiting
from tests.integration.command_api.service import Service, serving, until
from tests.integration.command_api.shop import open_shop

FRAUD = "http://fraud.test/assess"


@pytest.fixture
def fraud_check() -> Iterator[respx.Route]:
    with respx.mock(assert_all_called=False) as router:
        yield router.post(FRAUD)


def settings(database_url: str, **more: object) -> Settings:
    """Of a service whose fraud check is needed."""
    given = {"fraud_check_url": FRAUD, "fraud_check_when_down": "refuse", **more}
    return Settings.model_validate({"database_url": as_member(database_url, "orders_command"), **given})


async def test_a_command_that_keeps_failing_ends_with_its_problem_and_blocks_no_other(
    fraud_check: respx.Route, database_url: str
) -> None:
    fraud_check.mock(side_effect=httpx.ConnectError("nobody there"))
    told = settings(database_url, accepted_attempts=2, accepted_at_once=1)
    async with open_shop(composition.application(told), database_url) as shop:
        sku = await shop.product()
        order_id = await shop.draft({sku: 1})
        doomed = await accepted(shop, "POST", f"/orders/{order_id}/confirm")
        others = [await accepted(shop, "POST", "/orders", {"customer_id": str(uuid4())}) for _ in range(20)]
        ends = [await end_of(shop, one) for one in others]
        assert Counter(end["type"] for end in ends) == {"CommandSucceeded": 20}
        assert len(await shop.log(doomed)) == 1
        end = await end_of(shop, doomed)
        assert (end["type"], end["problem"]["code"], end["problem"]["status"]) == ("CommandFailed", "unavailable", 503)
        assert await shop.types(order_id) == ["OrderCreated"]
        assert await waiting(shop) == 0
        metrics = (await shop.client.get("/metrics")).text
        assert 'accepted_commands_ended_total{command="ConfirmOrder",how="failed"} 1.0' in metrics
        assert 'accepted_commands_put_off_total{command="ConfirmOrder"} 1.0' in metrics


async def test_a_fault_that_passes_leaves_no_trace(fraud_check: respx.Route, database_url: str) -> None:
    told = settings(database_url, fraud_check_timeout_seconds=0.2)
    async with open_shop(composition.application(told), database_url) as shop:
        order_id = await shop.draft({await shop.product(): 1})
        asked = asyncio.Event()

        def down(_request: httpx.Request) -> httpx.Response:
            asked.set()
            return httpx.Response(500)

        fraud_check.mock(side_effect=down)
        command_id = await accepted(shop, "POST", f"/orders/{order_id}/confirm")
        async with asyncio.timeout(10):
            await asked.wait()
        fraud_check.mock(
            return_value=httpx.Response(200, json={"order_id": order_id, "version": 1, "verdict": "approve"})
        )
        end = await end_of(shop, command_id)
        assert end["result"] == {"order_id": order_id, "version": 2}


def accept(url: str, customer: str) -> str | None:
    """Have an order created later; answers the command's id, or None where nobody answers."""
    try:
        answer = web.post(f"{url}/api/v1/orders", json={"customer_id": customer}, headers=ASYNC, timeout=10)
    except httpx.TransportError:
        return None
    assert answer.status_code == httpx.codes.ACCEPTED, answer.text
    return str(answer.json()["command_id"])


def test_what_a_killed_process_has_accepted_or_begun_is_run_once_by_another(database_url: str) -> None:
    lease = {"ACCEPTED_LEASE_SECONDS": 1}
    with serving(database_url, **lease) as first, serving(database_url, **lease) as second:
        until(lambda: first.ready() and second.ready())
        told = dict(_accept_until_killed(first))
        with psycopg.connect(database_url, autocommit=True) as owner:
            until(lambda: owner.execute("SELECT count(*) FROM accepted_commands").fetchone() == (0,))
            ends = owner.execute(
                "SELECT aggregate_id, count(*) FROM outbox WHERE type = 'orders.CommandSucceeded.v1' GROUP BY 1"
            ).fetchall()
            orders = owner.execute(
                "SELECT data->'data'->>'customer_id', count(*) FROM outbox WHERE type = 'orders.OrderCreated.v1'"
                " AND data->'data'->>'customer_id' = ANY(%s) GROUP BY 1",
                [list(told.values())],
            ).fetchall()
    assert {command_id for command_id, _ in ends} >= told.keys()
    assert {times for _, times in ends} == {1}
    assert dict(orders) == dict.fromkeys(told.values(), 1)


def _accept_until_killed(service: Service) -> Iterator[tuple[str, str]]:
    """Commands that were accepted, with their customers; the process is killed in the midst of them."""
    for number in range(400):
        customer = str(uuid4())
        command_id = accept(service.url, customer)
        if command_id is None:
            return
        yield command_id, customer
        if number == 150:
            service.process.kill()
    raise AssertionError("nobody was killed")


def test_a_process_that_is_told_to_end_finishes_what_it_has_in_hand(database_url: str) -> None:
    with serving(database_url) as service, psycopg.connect(database_url, autocommit=True) as owner:
        until(service.ready)
        ids = [accept(service.url, str(uuid4())) for _ in range(50)]
        service.process.terminate()
        assert service.process.wait(timeout=10) == 0
        claimed = owner.execute("SELECT count(*) FROM accepted_commands WHERE attempts > 0").fetchone()
    assert None not in ids
    assert claimed == (0,)
