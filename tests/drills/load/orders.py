"""What a client believes of its orders, so that most of what it asks for makes sense. It may be wrong."""

from dataclasses import dataclass, field
from typing import Final

from tests.drills.load.dice import HOT, Wish
from tests.drills.told import Command, Kind

_ON: Final[dict[Kind, str]] = {
    "add": "draft", "change": "draft", "remove": "draft", "address": "draft", "confirm": "draft", "discard": "draft",
    "cancel": "confirmed", "ship": "confirmed", "deliver": "shipped",
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

    def note(self, command: Command, order: Order | None, skus: tuple[str, ...], shipment: str) -> None:
        """Take in what was answered."""
        if command.kind == "create" and command.subject is not None:
            self.own.append(Order(command.subject, skus=set(skus)))
            del self.own[:-REMEMBERED]
        if order is None:
            return
        if command.kind == "add":
            order.skus.add(command.sku)
        elif command.kind == "remove":
            order.skus.discard(command.sku)
        order.status = _TO.get(command.kind, order.status)
        order.shipment = shipment or order.shipment
