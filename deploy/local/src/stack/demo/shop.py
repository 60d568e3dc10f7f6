"""A small shop as a client of both APIs: it lists products and sends orders through their lives."""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

import httpx

CATALOGUE: Final = (
    ("TEA-EARL-GREY", "Earl Grey, 250 g", 890),
    ("TEA-SENCHA", "Sencha, 100 g", 1_290),
    ("POT-CAST-IRON", "Teapot, cast iron", 5_900),
    ("CUP-PORCELAIN", "Cup, porcelain", 1_450),
    ("KETTLE-STEEL", "Kettle, steel", 7_490),
)
STOCK_EACH: Final = 100_000
ADDRESS: Final = {
    "recipient": "Ada Lovelace",
    "line1": "12 St James's Square",
    "city": "London",
    "postal_code": "SW1Y 4JH",
    "country": "GB",
}
_ENDS: Final = ("COMPLETED", "COMPLETED", "COMPLETED", "COMPLETED", "CONFIRMED", "CANCELLED", "DISCARDED", "DRAFT")


class Unexpected(Exception):
    """An answer that the demonstration did not count on."""


@dataclass(slots=True)
class Shop:
    """Talks to command-api at `commands`. Counts what it was told, order by order."""

    commands: httpx.AsyncClient
    versions: dict[str, int] = field(default_factory=dict)
    ends: Counter[str] = field(default_factory=Counter)
    taken: int = 0
    _ordered: dict[str, Counter[str]] = field(default_factory=dict)

    async def open(self) -> None:
        """List the products and fill the shelves."""
        for sku, name, cents in CATALOGUE:
            await self.send("PUT", f"/products/{sku}", {"name": name, "unit_price_cents": cents, "currency": "EUR"})
            await self.send("POST", f"/products/{sku}/stock-adjustments", {"delta": STOCK_EACH, "reason": "demo"})

    async def live(self, dice: random.Random) -> None:
        """Send one order through its life, to an end that the dice choose."""
        end = dice.choice(_ENDS)
        skus = dice.sample([sku for sku, _, _ in CATALOGUE], k=dice.randint(1, 3))
        order = await self.create(skus[0], dice.randint(1, 3))
        for sku in skus[1:]:
            await self.send("POST", f"/orders/{order}/items", {"sku": sku, "quantity": dice.randint(1, 3)})
        if end == "DISCARDED":
            await self.send("DELETE", f"/orders/{order}")
        elif end != "DRAFT":
            await self.send("POST", f"/orders/{order}/confirm")
        if end == "CANCELLED":
            await self.send("POST", f"/orders/{order}/cancel", {"reason": "changed their mind"})
        if end == "COMPLETED":
            await self.complete(order)
        self.ends[end] += 1

    async def create(self, sku: str, quantity: int) -> str:
        """Create a draft with an address and one item; answers its id."""
        body = {
            "customer_id": str(uuid4()),
            "items": [{"sku": sku, "quantity": quantity}],
            "shipping_address": ADDRESS,
        }
        answer = await self.send("POST", "/orders", body)
        return str(answer.json()["order_id"])

    async def complete(self, order: str) -> None:
        """Ship and deliver all that the order holds, as one parcel."""
        items = [{"sku": sku, "quantity": units} for sku, units in self._ordered.pop(order).items()]
        shipped = await self.send("POST", f"/orders/{order}/shipments", {"items": items, "carrier": "Pigeon Post"})
        await self.send("POST", f"/orders/{order}/shipments/{shipped.json()['shipment_id']}/deliver")

    async def send(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> httpx.Response:
        """One command. Raises Unexpected unless it is taken."""
        response = await self.commands.request(method, path, json=body)
        if not response.is_success:
            raise Unexpected(f"{method} {path} answered {response.status_code}: {response.text}")
        self.taken += 1
        answer = response.json()
        if "order_id" in answer:
            self.versions[answer["order_id"]] = answer["version"]
            self._remember(answer["order_id"], path, body or {})
        return response

    def _remember(self, order: str, path: str, body: Mapping[str, Any]) -> None:
        items = body.get("items", []) if path == "/orders" else [body] if path.endswith("/items") else []
        for item in items:
            self._ordered.setdefault(order, Counter())[item["sku"]] += item["quantity"]
