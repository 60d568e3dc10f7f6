"""What the clients ask for: the same requests, in the same order, for every side."""

import json
from collections.abc import Iterator, Sequence
from itertools import count, cycle
from random import Random
from typing import Final
from uuid import UUID

from tests.bench.client import write_request

PRODUCTS: Final = 200
LINES: Final = 3
STOCK: Final = 1_000_000
"""Units of every product."""
DIFFERENT: Final = 2_000
"""So many different requests are made beforehand, and then repeated."""

_KEY: Final = "k" * 36
"""As long as a UUID."""

ADDRESS: Final = {
    "recipient": "Ada Lovelace",
    "line1": "12 St James's Square",
    "line2": None,
    "city": "London",
    "region": None,
    "postal_code": "SW1Y 4JH",
    "country": "GB",
}


def sku(number: int) -> str:
    """The SKU of a product, from 1 to PRODUCTS."""
    return f"SKU-{number:04}"


def price_cents(number: int) -> int:
    """What a unit of it costs."""
    return 100 + 37 * number


def uuid_from(random: Random) -> UUID:
    return UUID(int=random.getrandbits(128), version=4)


def order_body(random: Random) -> bytes:
    """A draft of three lines with an address."""
    numbers = random.sample(range(1, PRODUCTS + 1), LINES)
    body = {
        "customer_id": str(uuid_from(random)),
        "items": [{"sku": sku(number), "quantity": random.randint(1, 9)} for number in numbers],
        "shipping_address": ADDRESS,
    }
    return json.dumps(body, separators=(",", ":")).encode()


def creations() -> Iterator[bytes]:
    """Requests that create orders, without end."""
    random = Random(1)
    return cycle([write_request("POST", "/api/v1/orders", order_body(random)) for _ in range(DIFFERENT)])


def keyed_creations() -> Iterator[bytes]:
    """The same, each with an Idempotency-Key that no other request has."""
    random = Random(1)
    header = (f"Idempotency-Key: {_KEY}",)
    requests = [write_request("POST", "/api/v1/orders", order_body(random), header) for _ in range(DIFFERENT)]
    for number, request in zip(count(), cycle(requests), strict=False):
        yield request.replace(_KEY.encode(), b"%0*d" % (len(_KEY), number), 1)


def additions(order_ids: Sequence[UUID]) -> Iterator[bytes]:
    """Requests that add some units to one of the orders, without end; to each order always the same ones.

    So an order grows by one line at most, and every side has orders of the same size however fast it is.
    """
    random = Random(7)
    requests = [_addition(random, order_id) for order_id in order_ids]
    while True:
        yield random.choice(requests)


def _addition(random: Random, order_id: UUID) -> bytes:
    item = {"sku": sku(random.randint(1, PRODUCTS)), "quantity": random.randint(1, 9)}
    return write_request("POST", f"/api/v1/orders/{order_id}/items", json.dumps(item, separators=(",", ":")).encode())


def order_reads(order_ids: Sequence[UUID]) -> Iterator[bytes]:
    """Requests for one order each, without end."""
    random = Random(2)
    return cycle([write_request("GET", f"/api/v1/orders/{random.choice(order_ids)}") for _ in range(DIFFERENT)])


def customer_lists(customer_ids: Sequence[UUID]) -> Iterator[bytes]:
    """Requests for the newest 20 orders of one customer each, without end."""
    random = Random(3)
    paths = [f"/api/v1/customers/{random.choice(customer_ids)}/orders" for _ in range(DIFFERENT)]
    return cycle([write_request("GET", path) for path in paths])
