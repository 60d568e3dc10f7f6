"""What became of commands, over HTTP from a real read database."""

import asyncio
from uuid import uuid4

import httpx
import pytest

from orders_contracts.consistency import ConsistencyToken, encode_token
from query_api.composition import Parts
from tests.integration.query_api.running import until
from tests.suites.query_rows import CommandRow, OrderRow, store_commands, store_orders

TOKEN = "Consistency-Token"


def vouching(command: CommandRow, version: int = 1, prefer: str = "wait=0") -> dict[str, str]:
    """The headers of who was told of the command in an answer 202."""
    return {TOKEN: encode_token(ConsistencyToken("command", str(command.command_id), version)), "Prefer": prefer}


@pytest.mark.parametrize("prefix", ["/api/v1", "/queries"])
async def test_a_command_is_answered_byte_for_byte_and_a_successful_one_leads_to_what_it_did(
    client: httpx.AsyncClient, read_database_url: str, prefix: str
) -> None:
    order = OrderRow(version=3)
    token = encode_token(ConsistencyToken("order", str(order.order_id), 3))
    accepted, failed, done = CommandRow(), CommandRow(version=2), CommandRow(version=2, token=token)
    store_commands(read_database_url, [accepted, failed, done])
    for command in (accepted, failed, done):
        answer = await client.get(f"{prefix}/commands/{command.command_id}")
        assert (answer.status_code, answer.content) == (200, command.document())
        assert (answer.headers["etag"], answer.headers.get(TOKEN)) == (f'"{command.version}"', command.token)
        assert answer.headers["content-type"] == "application/json"
    there = f"{prefix}/orders/{order.order_id}"
    behind = await client.get(there, headers={TOKEN: token, "Prefer": "wait=0"})
    assert (behind.status_code, behind.json()["code"]) == (503, "read_model_behind")
    store_orders(read_database_url, [order])
    assert (await client.get(there, headers={TOKEN: token})).content == order.document()


async def test_who_has_the_version_already_gets_304_and_the_token_again(
    client: httpx.AsyncClient, read_database_url: str
) -> None:
    command = CommandRow(version=2, token="bzEuMDE")
    store_commands(read_database_url, [command])
    path = f"/api/v1/commands/{command.command_id}"
    answer = await client.get(path, headers={"If-None-Match": '"2"'})
    assert (answer.status_code, answer.content) == (304, b"")
    assert (answer.headers["etag"], answer.headers[TOKEN]) == ('"2"', "bzEuMDE")
    assert (await client.get(path, headers={"If-None-Match": '"1"'})).status_code == 200


async def test_head_answers_as_get_does_without_a_body(client: httpx.AsyncClient, read_database_url: str) -> None:
    command = CommandRow(version=2, token="bzEuMDE")
    store_commands(read_database_url, [command])
    for command_id, status in ((command.command_id, 200), (uuid4(), 404)):
        path = f"/queries/commands/{command_id}"
        got, headed = await client.get(path), await client.head(path)
        assert (headed.status_code, headed.content) == (status, b"")
        assert headed.headers["content-length"] == str(len(got.content))
        assert headed.headers.get(TOKEN) == got.headers.get(TOKEN)


async def test_a_command_that_the_token_vouches_for_is_never_404(client: httpx.AsyncClient) -> None:
    command = CommandRow()
    path = f"/api/v1/commands/{command.command_id}"
    for prefer in ("wait=0", "wait=0, handling=lenient"):
        answer = await client.get(path, headers=vouching(command, prefer=prefer))
        assert (answer.status_code, answer.json()["code"]) == (503, "read_model_behind")
        assert answer.headers["retry-after"] == "1"
    assert (await client.get(path)).json()["code"] == "command_not_found"


async def test_a_read_that_came_before_the_command_is_answered_when_it_arrives(
    client: httpx.AsyncClient, parts: Parts, read_database_url: str
) -> None:
    command = CommandRow()
    headers = vouching(command, prefer="wait=10")
    read = asyncio.create_task(client.get(f"/api/v1/commands/{command.command_id}", headers=headers))
    await until(lambda: len(parts.room) == 1)
    await asyncio.to_thread(store_commands, read_database_url, [command], notify=True)
    assert (await asyncio.wait_for(read, 5)).content == command.document()


async def test_the_lenient_are_told_of_a_command_as_it_was(client: httpx.AsyncClient, read_database_url: str) -> None:
    command = CommandRow()
    store_commands(read_database_url, [command])
    headers = vouching(command, 2, "wait=0, handling=lenient")
    answer = await client.get(f"/api/v1/commands/{command.command_id}", headers=headers)
    assert (answer.status_code, answer.headers["consistency-achieved"]) == (200, "false")
    assert answer.content == command.document()
