"""From a wish to the bytes of a request, and from an answer to what is written down."""

import json
from typing import Final
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
}


def create_body(wish: Wish) -> dict[str, object]:
    """A draft with an address; its customer follows from the wish."""
    items = [{"sku": sku, "quantity": wish.quantity} for sku in wish.skus]
    customer = str(UUID(int=int(wish.pick * 1_000), version=4))
    return {"customer_id": customer, "items": items, "shipping_address": ADDRESSES[int(wish.hot * len(ADDRESSES))]}


def request_for(command: Command, wish: Wish, order: Order | None) -> bytes:
    """The request of a command on `order`, or of a creation."""
    if order is None:
        return _written("POST", "/api/v1/orders", command, create_body(wish))
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
    return _written(method, path + rest, command, body)


def read_request(read: Read, token: str) -> bytes:
    """A GET of the order; with the token of a command it waits up to two seconds for that version."""
    headers = (f"Consistency-Token: {token}", "Prefer: wait=2") if token else ()
    return write_request("GET", f"/api/v1/orders/{read.order_id}", headers=headers)


def note_answer(command: Command, answer: Answer) -> dict[str, object]:
    """Write the answer down; its body, for those who need more of it."""
    command.status = answer.status
    document = _json(answer.body)
    command.retry_after = _has(answer, "retry-after")
    command.code = str(document.get("code", ""))
    if 200 <= answer.status < 300:
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
    else:
        read.code = str(_json(answer.body).get("code", ""))


def _body(command: Command, wish: Wish) -> dict[str, object] | None:
    match command.kind:
        case "add":
            return {"sku": command.sku, "quantity": command.quantity}
        case "address":
            return dict(ADDRESSES[command.quantity % len(ADDRESSES)])
        case "cancel":
            return {"reason": f"drill {wish.quantity}"}
        case "ship":
            return {"items": [{"sku": command.sku, "quantity": command.quantity}]}
        case _:
            return None


def _written(method: str, path: str, command: Command, body: dict[str, object] | None) -> bytes:
    data = b"" if body is None else json.dumps(body).encode()
    return write_request(method, path, data, (f"X-Request-Id: {command.request_id}",))


def product_request(command: Command) -> bytes:
    """Listing a product, or filling its shelf."""
    path = f"/api/v1/products/{command.sku}"
    if command.kind == "list_product":
        return _written("PUT", path, command, {"name": command.sku, "unit_price_cents": 499, "currency": "EUR"})
    return _written("POST", f"{path}/stock-adjustments", command, {"delta": command.quantity, "reason": "drill"})


def _has(answer: Answer, name: str) -> bool:
    return f"\r\n{name}:".encode() in answer.head.lower()


def _json(body: bytes) -> dict[str, object]:
    try:
        document = json.loads(body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
