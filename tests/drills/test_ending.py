"""What a client makes of answers about commands, and which requests it sends again."""

import asyncio
import json

import pytest

from tests.bench.client import Answer
from tests.drills.doors import Doors
from tests.drills.load.client import Client
from tests.drills.load.dice import wishes
from tests.drills.load.ending import End, end_of_accepted
from tests.drills.load.requests import note_answer, request_of, wanted_of
from tests.drills.told import Command, Told

ORDER = "01a20000-0000-7000-8000-000000000001"
COMMAND = "01a20000-0000-7000-8000-000000000002"
TOKEN = "YzEuMDFhMjAwMDAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAy"
HEADERS = {
    "location": f"/api/v1/commands/{COMMAND}",
    "preference-applied": "respond-async",
    "consistency-token": TOKEN,
}


def answer(status: int, body: object, headers: dict[str, str]) -> Answer:
    head = "".join(f"\r\n{name}: {value}" for name, value in headers.items())
    return Answer(status, f"HTTP/1.1 {status} X{head}".encode(), json.dumps(body).encode())


def test_an_accepted_command_is_noted_by_its_id() -> None:
    command = Command("1", "c0", "add", ORDER, later=True)
    note_answer(command, answer(202, {"command_id": COMMAND}, HEADERS))
    assert (command.outcome, command.command_id, command.well_formed) == ("accepted", COMMAND, True)


@pytest.mark.parametrize("name", HEADERS)
def test_an_acceptance_without_a_header_or_with_another_one_is_malformed(name: str) -> None:
    for headers in ({key: value for key, value in HEADERS.items() if key != name}, HEADERS | {name: "another"}):
        command = Command("1", "c0", "add", ORDER, later=True)
        note_answer(command, answer(202, {"command_id": COMMAND}, headers))
        assert not command.well_formed


def test_the_end_of_an_accepted_command_leads_to_what_it_did() -> None:
    body = {"status": "succeeded", "result": {"order_id": ORDER, "version": 3, "shipment_id": "parcel"}}
    assert end_of_accepted(answer(200, body, {"consistency-token": "t"})) == End(ORDER, 3, "t", "parcel")


def test_a_command_that_has_failed_leads_nowhere_and_one_that_has_not_ended_has_no_end() -> None:
    failed = end_of_accepted(answer(200, {"status": "failed", "problem": {}}, {}))
    assert failed is not None
    assert not failed.known
    assert end_of_accepted(answer(200, {"status": "accepted"}, {})) is None
    assert end_of_accepted(answer(404, {"code": "command_not_found"}, {})) is None


async def test_what_is_sent_again_under_a_key_is_the_same_command(monkeypatch: pytest.MonkeyPatch) -> None:
    wish = next(wish for wish in wishes("1") if wish.again < 0.3)
    client = Client("c0", Doors((1,), 1), Told(), 1.0)
    command = client.command("create", wish, None)
    command.key, command.later, wanted = "k", True, wanted_of(command, wish, None)
    sent = []

    async def ask(request: bytes) -> Answer:
        sent.append(request)
        return answer(202, {"command_id": COMMAND}, HEADERS)

    monkeypatch.setattr(client._commands[0], "ask", ask)
    end = await client._sent(command, wanted, wish, asyncio.Event())

    assert end == End(COMMAND, 1, TOKEN, known=False)
    assert sent == [request_of(wanted, one) for one in client._told.commands]
    assert len(sent) == 2
    first, second = client._told.commands
    assert sent[1] == sent[0].replace(first.request_id.encode(), second.request_id.encode())
