"""From a wish to the bytes of a request, and from an answer to what is written down."""

import json
from base64 import urlsafe_b64encode
from typing import Final, NamedTuple
from uuid import UUID

from tests.bench.client import Answer, write_request
from tests.drills.load.dice import Wish
from tests.drills.load.orders import Order
from tests.drills.told import Command, Read

ADDRESSES: Final = [
    {"recipient": name, "line1": "12 St James's Square", "city": city, "postal_code": code, "country": country}
    for name, city, code, country in (
        ("Ada Lovelace", "London", "SW1Y 4JH", "GB"),
        ("Grace Hopper", "Liège", "4000", "BE"),
        ("Karen Spärck Jones", "Cambridge", "CB2 1TN", "GB"),
    )
]
_PATHS: Final = {
    "confirm": ("POST", "/confirm"),
    "discard": ("DELETE", ""),
    "address": ("PUT", "/shipping-address"),
    "cancel": ("POST", "/cancel"),
    "add": ("POST", "/items"),
    "ship": ("POST", "/shipments"),
    "note": ("POST", "/notes"),
}


class Wanted(NamedTuple):
    """What is asked for: the same each time that it is sent."""

    method: str
    path: str
    body: dict[str, object] | None


def create_body(wish: Wish) -> dict[str, object]:
    """A draft with an address; its customer follows from the wish."""
    items = [{"sku": sku, "quantity": wish.quantity} for sku in wish.skus]
    customer = str(UUID(int=int(wish.pick * 1_000), version=4))
    return {"customer_id": customer, "items": items, "shipping_address": ADDRESSES[int(wish.hot * len(ADDRESSES))]}


def wanted_of(command: Command, wish: Wish, order: Order | None) -> Wanted:
    """What a command asks for on `order`, or a creation."""
    if order is None:
        return Wanted("POST", "/api/v1/orders", create_body(wish))
    path = f"/api/v1/orders/{order.order_id}"
    body: dict[str, object] | None = None
    match command.kind:
        case "change" | "remove":
            method, rest = ("PUT" if command.kind == "change" else "DELETE"), f"/items/{command.sku}"
            body = {"quantity": command.quantity} if command.kind == "change" else None
        case "deliver":
            method, rest = "POST", f"/shipments/{order.shipment}/deliver"
        case _:
            method, rest = _PATHS[command.kind]
            body = _body(command, wish)
    return Wanted(method, path + rest, body)


def request_of(wanted: Wanted, command: Command) -> bytes:
    """The bytes that ask for it, under the command's own id; with its key, if it has one."""
    data = b"" if wanted.body is None else json.dumps(wanted.body).encode()
    headers = [f"X-Request-Id: {command.request_id}"]
    headers += [f"Idempotency-Key: {command.key}"] if command.key else []
    headers += ["Prefer: respond-async"] if command.later else []
    return write_request(wanted.method, wanted.path, data, tuple(headers))


def read_request(read: Read, token: str) -> bytes:
    """A GET of what it is about; with the token of a command it waits up to two seconds for that version."""
    headers = (f"Consistency-Token: {token}", "Prefer: wait=2") if token else ()
    return write_request("GET", f"/api/v1/{read.about}/{read.subject}", headers=headers)


def note_answer(command: Command, answer: Answer) -> dict[str, object]:
    """Write the answer down; its body, for those who need more of it."""
    command.status = answer.status
    document = json_of(answer)
    command.retry_after = _has(answer, "retry-after")
    command.code = str(document.get("code", ""))
    if answer.status == 202:
        command.outcome = "accepted"
        command.command_id = str(document.get("command_id", ""))
        command.well_formed = command.command_id != "" and _is_accepted(answer, command.command_id)
    elif 200 <= answer.status < 300:
        command.outcome = "done"
        version = document.get("version")
        command.version = version if isinstance(version, int) else 0
        command.subject = str(document.get("order_id") or document.get("sku") or "") or command.subject
        command.well_formed = command.version > 0 and _has(answer, "consistency-token") and _has(answer, "etag")
    else:
        command.outcome = "unknown" if answer.status >= 500 else "refused"
        command.well_formed = bool(command.code)
    return document


def note_read(read: Read, answer: Answer, keep: bool) -> None:
    """Write the answer to a question down."""
    read.status = answer.status
    read.retry_after = _has(answer, "retry-after")
    if answer.status == 200:
        read.version = int(answer.header("etag").strip('"'))
        read.body = answer.body if keep else b""
        read.written = header_of(answer, "consistency-token") if read.about == "commands" else ""
    else:
        read.code = str(json_of(answer).get("code", ""))


def _body(command: Command, wish: Wish) -> dict[str, object] | None:
    match command.kind:
        case "add":
            return {"sku": command.sku, "quantity": command.quantity}
        case "address":
            return dict(ADDRESSES[command.quantity % len(ADDRESSES)])
        case "cancel":
            return {"reason": f"drill {wish.quantity}"}
        case "note":
            return {"text": f"drill {command.request_id}"}
        case "ship":
            return {"items": [{"sku": command.sku, "quantity": command.quantity}]}
        case _:
            return None


def product_request(command: Command) -> bytes:
    """Listing a product, or filling its shelf."""
    path = f"/api/v1/products/{command.sku}"
    wanted = Wanted("PUT", path, {"name": command.sku, "unit_price_cents": 499, "currency": "EUR"})
    if command.kind == "adjust_stock":
        wanted = Wanted("POST", f"{path}/stock-adjustments", {"delta": command.quantity, "reason": "drill"})
    return request_of(wanted, command)


def _is_accepted(answer: Answer, command_id: str) -> bool:
    """Whether the headers say where it will be found, that nobody waits, and a version that may be asked for."""
    found = f"/api/v1/commands/{command_id}"
    token = urlsafe_b64encode(f"c1.{command_id}".encode()).rstrip(b"=").decode()
    said = tuple(header_of(answer, name) for name in ("location", "preference-applied", "consistency-token"))
    return said == (found, "respond-async", token)


def header_of(answer: Answer, name: str) -> str:
    """The value of a header; empty where it is missing."""
    return answer.header(name) if _has(answer, name) else ""


def _has(answer: Answer, name: str) -> bool:
    return f"\r\n{name}:".encode() in answer.head.lower()


def json_of(answer: Answer) -> dict[str, object]:
    """The body; nothing where it is no JSON object."""
    try:
        document = json.loads(answer.body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
