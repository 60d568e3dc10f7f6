"""`Prefer: respond-async` over HTTP, on a real Postgres: accepted at once, run soon, and told as if one had waited."""

import asyncio
from collections import Counter
from typing import Final
from uuid import UUID, uuid4

import pytest

from orders_contracts.consistency import decode_token
from tests.integration.command_api.later import ASYNC, accepted, accepted_by, end_of, waiting
from tests.integration.command_api.sending_again import KEPT, Prepare, assert_replay, new_key
from tests.integration.command_api.shop import Shop, assert_problem

pytestmark = pytest.mark.asyncio(loop_scope="module")

each_call: Final = pytest.mark.parametrize(("prepare", "status"), KEPT.values(), ids=KEPT.keys())


@each_call
async def test_the_end_is_what_a_caller_who_waits_is_told(shop: Shop, prepare: Prepare, status: int) -> None:
    method, path, body = await prepare(shop)
    end = await end_of(shop, await accepted(shop, method, path, body, X_Request_Id="trace"))
    if end["type"] == "CommandFailed":
        told = await shop.call(method, path, body, X_Request_Id="trace")
        assert end["problem"] == told.json()
    else:
        told = await shop.call(*await prepare(shop))
        assert end["result"].keys() == told.json().keys()
        assert end["result"]["version"] == end["written"]["version"] == told.json()["version"]
        assert end["written"]["aggregate_id"] in end["result"].values()
    assert told.status_code == status


async def test_an_acceptance_says_where_the_end_will_be_told(shop: Shop) -> None:
    answer = await shop.call("POST", "/orders", {"customer_id": str(uuid4())}, **ASYNC)
    command_id = accepted_by(answer)
    assert UUID(command_id).version == 7
    assert answer.json() == {"command_id": command_id}
    assert answer.headers["location"] == f"/api/v1/commands/{command_id}"
    assert answer.headers["preference-applied"] == "respond-async"
    assert decode_token(answer.headers["consistency-token"]) == ("command", command_id, 1)
    assert "etag" not in answer.headers


async def test_who_comes_by_path_is_sent_back_by_path(shop: Shop) -> None:
    answer = await shop.client.post("/commands/orders", json={"customer_id": str(uuid4())}, headers=ASYNC)
    command_id = accepted_by(answer)
    assert answer.headers["location"] == f"/queries/commands/{command_id}"
    assert (await end_of(shop, command_id))["type"] == "CommandSucceeded"


async def test_its_events_tell_who_and_under_which_request(shop: Shop) -> None:
    order_id = await shop.draft()
    command_id = await accepted(
        shop, "POST", f"/orders/{order_id}/notes", {"text": "Ring"}, X_Actor="Ada", X_Request_Id="trace-1"
    )
    end = await end_of(shop, command_id)
    rows = [*await shop.log(command_id), (await shop.log(order_id))[-1]]
    assert {(row["data"]["actor"], row["data"]["correlationid"]) for row in rows} == {("Ada", "trace-1")}
    assert end["accepted_at"] == rows[0]["data"]["time"]
    assert end["command"] == rows[0]["data"]["data"]["command"] == "AddNote"


async def test_what_is_not_of_the_form_is_refused_at_once(shop: Shop) -> None:
    before = await shop.footprint()
    answer = await shop.call("POST", "/orders", {"customer_id": "nobody"}, **ASYNC)
    assert_problem(answer, 422, "validation_failed")
    assert await shop.footprint() == before


async def test_the_version_that_is_named_counts_when_it_is_run(shop: Shop) -> None:
    order_id = await shop.draft()
    end = await end_of(shop, await accepted(shop, "DELETE", f"/orders/{order_id}", If_Match='"2"'))
    assert (end["problem"]["code"], end["problem"]["current_version"]) == ("stale_version", 1)
    end = await end_of(shop, await accepted(shop, "DELETE", f"/orders/{order_id}", If_Match='"1"'))
    assert end["result"] == {"order_id": order_id, "version": 2}


async def test_sent_again_under_its_key_it_is_accepted_once(shop: Shop) -> None:
    order_id, key = await shop.draft(), new_key()
    path, body = f"/orders/{order_id}/notes", {"text": "Ring"}
    first = await shop.call("POST", path, body, Idempotency_Key=key, **ASYNC)
    await end_of(shop, accepted_by(first))
    for _ in range(2):
        assert_replay(await shop.call("POST", path, body, Idempotency_Key=key, **ASYNC), first)
    assert_problem(
        await shop.call("POST", path, {"text": "Knock"}, Idempotency_Key=key, **ASYNC), 422, "idempotency_key_reused"
    )
    assert await shop.types(order_id) == ["OrderCreated", "NoteAdded"]


async def test_of_many_with_one_key_at_once_one_is_accepted(shop: Shop) -> None:
    order_id, key = await shop.draft(), new_key()

    async def send() -> str:
        while True:
            answer = await shop.call("POST", f"/orders/{order_id}/notes", {"text": "R"}, Idempotency_Key=key, **ASYNC)
            if answer.status_code != 409:
                return accepted_by(answer)
            assert_problem(answer, 409, "idempotency_key_in_flight")

    (command_id,) = set(await asyncio.gather(*(send() for _ in range(50))))
    await end_of(shop, command_id)
    assert await shop.types(order_id) == ["OrderCreated", "NoteAdded"]


async def test_every_replica_runs_what_any_has_accepted_and_each_command_once(replicas: list[Shop]) -> None:
    orders = [await replicas[0].draft() for _ in range(5)]
    ids = await asyncio.gather(
        *(
            accepted(replicas[n % 3], "POST", f"/orders/{orders[n % 5]}/notes", {"text": f"note {n}"})
            for n in range(150)
        )
    )
    ends = [await end_of(replicas[0], command_id) for command_id in ids]
    assert Counter(end["type"] for end in ends) == {"CommandSucceeded": 150}
    noted = [row["data"]["data"]["text"] for one in orders for row in (await replicas[0].log(one))[1:]]
    assert Counter(noted) == Counter(f"note {n}" for n in range(150))


async def test_the_last_units_go_to_as_many_as_there_are(replicas: list[Shop]) -> None:
    sku = await replicas[0].product(10)
    drafts = [await replicas[0].draft({sku: 1}) for _ in range(30)]
    ids = await asyncio.gather(
        *(accepted(replicas[n % 3], "POST", f"/orders/{order_id}/confirm") for n, order_id in enumerate(drafts))
    )
    ends = [await end_of(replicas[0], command_id) for command_id in ids]
    assert Counter(end["type"] for end in ends) == {"CommandSucceeded": 10, "CommandFailed": 20}
    assert {end["problem"]["code"] for end in ends if "problem" in end} == {"insufficient_inventory"}
    (row,) = await replicas[0].rows("SELECT on_hand, reserved FROM products WHERE sku = %s", sku)
    assert (row["on_hand"], row["reserved"]) == (10, 10)
    assert await waiting(replicas[0]) == 0
