"""The operations of the service by their names in its document, and calls of them."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import uuid4

import httpx

from tests.contract.http.changes import operations
from tests.contract.http.documents import document
from tests.integration.command_api.shop import Shop

Answers = Callable[[Shop], Awaitable[httpx.Response]]

ORDERS: Final = "/api/v1/orders"
ORDER, PRODUCT = f"{ORDERS}/{{order_id}}", "/api/v1/products/{sku}"
CREATE, ADD, DISCARD = f"POST {ORDERS}", f"POST {ORDER}/items", f"DELETE {ORDER}"
CHANGE, REMOVE = f"PUT {ORDER}/items/{{sku}}", f"DELETE {ORDER}/items/{{sku}}"
MOVE, CONFIRM, CANCEL = f"PUT {ORDER}/shipping-address", f"POST {ORDER}/confirm", f"POST {ORDER}/cancel"
SHIP, DELIVER = f"POST {ORDER}/shipments", f"POST {ORDER}/shipments/{{shipment_id}}/deliver"
LIST, ADJUST = f"PUT {PRODUCT}", f"POST {PRODUCT}/stock-adjustments"
DISCOUNT, NO_DISCOUNT = f"POST {ORDER}/discounts", f"DELETE {ORDER}/discounts/{{code}}"
NO_CHARGE = f"DELETE {ORDER}/charges/{{kind}}"
PAY, REFUND, NOTE = f"POST {ORDER}/payments", f"POST {ORDER}/refunds", f"POST {ORDER}/notes"
CANCEL_ITEM = f"POST {ORDER}/items/{{sku}}/cancel"
RETURN = f"POST {ORDER}/returns"
RECEIVE, REJECT = f"{RETURN}/{{return_id}}/receive", f"{RETURN}/{{return_id}}/reject"
DELIST = f"DELETE {PRODUCT}"
DOCUMENT: Final = document("command-api")
OPERATIONS: Final = operations(DOCUMENT)


def documented(name: str) -> set[str]:
    """The codes that an operation may be answered."""
    contents = [response.get("content", {}) for response in OPERATIONS[name]["responses"].values()]
    return {code for one in contents for code in one.get("application/problem+json", {}).get("examples", {})}


async def ask(shop: Shop, name: str, json: object = None, **given: Any) -> httpx.Response:
    """Call an operation; what is not given is as in the document's examples."""
    operation = OPERATIONS[name]
    method, _, path = name.partition(" ")
    taken = {one["name"]: one["schema"]["examples"][0] for one in operation["parameters"] if one["in"] == "path"}
    place = path.format(**{**taken, **{part: given.pop(part) for part in taken if part in given}})
    if json is None and "requestBody" in operation and "content" not in given:
        reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        json = DOCUMENT["components"]["schemas"][reference.rpartition("/")[2]]["examples"][0]
    return await shop.client.request(method, place, **{**({} if json is None else {"json": json}), **given})


def item(sku: str, quantity: int = 1) -> dict[str, object]:
    """So many units, as they stand in a body."""
    return {"sku": sku, "quantity": quantity}


def order(*items: Mapping[str, object], **more: object) -> dict[str, object]:
    """The body of a new order, of nobody else."""
    return {"customer_id": str(uuid4()), "items": list(items), **more}


async def then(first: Awaitable[str], after: Callable[[str], Awaitable[httpx.Response]]) -> httpx.Response:
    """What comes after something that has an id."""
    return await after(await first)
