"""What a client believes of its orders, so that most of what it asks for makes sense. It may be wrong."""

from dataclasses import dataclass, field
from typing import Final

from tests.drills.load.dice import HOT, Wish
from tests.drills.told import Kind

_ON: Final[dict[Kind, str]] = {
    "add": "draft", "change": "draft", "remove": "draft", "address": "draft", "confirm": "draft", "discard": "draft",
    "cancel": "confirmed", "ship": "confirmed", "deliver": "shipped", "note": "draft",
}  # fmt: skip
_TO: Final[dict[Kind, str]] = {
    "confirm": "confirmed", "discard": "closed", "cancel": "closed", "ship": "shipped", "deliver": "closed",
}  # fmt: skip
REMEMBERED: Final = 200
"""Orders that a client goes on with at most; the oldest are left as they are."""


@dataclass(slots=True)
class Order:
    """One order as its client sees it."""

    order_id: str
    status: str = "draft"
    skus: set[str] = field(default_factory=set)
    shipment: str = ""


@dataclass(slots=True)
class Orders:
    """A client's own orders, and the hot ones that all share."""

    own: list[Order] = field(default_factory=list)
    hot: list[Order] = field(default_factory=list)

    def choose(self, wish: Wish) -> Order | None:
        """The order to do it to; None where there is no fitting one."""
        if self.hot and wish.kind in HOT and wish.hot < 0.3:
            return self.hot[int(wish.pick * len(self.hot))]
        fitting = [order for order in self.own if order.status == _ON.get(wish.kind)]
        return fitting[int(wish.pick * len(fitting))] if fitting else None

    def note(
        self, kind: Kind, order_id: str, order: Order | None, sku: str, skus: tuple[str, ...], shipment: str
    ) -> None:
        """Take in that `kind` was done to `order`, or that the order with this id was created with these SKUs."""
        if order is None:
            self.own.append(Order(order_id, skus=set(skus)))
            del self.own[:-REMEMBERED]
            return
        if kind == "add":
            order.skus.add(sku)
        elif kind == "remove":
            order.skus.discard(sku)
        order.status = _TO.get(kind, order.status)
        order.shipment = shipment or order.shipment
