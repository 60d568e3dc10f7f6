"""Commands whose caller does not wait: sent, and followed to their end in the log."""

from typing import Any

import httpx
import orjson

from orders_contracts.codec import decode_event
from tests.integration.command_api.shop import Shop
from tests.suites.projector_waiting import until

ASYNC = {"Prefer": "respond-async"}


async def accepted(shop: Shop, method: str, path: str, body: object = None, **headers: str) -> str:
    """Send a command for later; answers its id."""
    answer = await shop.call(method, path, body, **ASYNC, **headers)
    return accepted_by(answer)


def accepted_by(answer: httpx.Response) -> str:
    """The id of the command that was accepted with this answer."""
    assert answer.status_code == httpx.codes.ACCEPTED, answer.text
    return str(answer.json()["command_id"])


async def end_of(shop: Shop, command_id: str, *, seconds: float = 15) -> dict[str, Any]:
    """What the command's last event says, once it has ended."""

    async def has_ended() -> bool:
        return len(await shop.log(command_id)) > 1

    await until(has_ended, seconds=seconds)
    first, last = await shop.log(command_id)
    assert first["type"] == "orders.CommandAccepted.v1"
    for row in (first, last):
        decode_event(orjson.dumps(row["data"]))
    data: dict[str, Any] = last["data"]["data"]
    return {"type": last["type"].split(".")[1], **data}


async def waiting(shop: Shop) -> int:
    """How many commands have not ended."""
    (row,) = await shop.rows("SELECT count(*) AS n FROM accepted_commands")
    return int(row["n"])
