"""What is said to an inventory over HTTP, and what it may answer. docs/outside-systems.md has the contract."""

from typing import Annotated, Literal

import msgspec

from command_api.adapters.http.circuit import NoAnswer
from command_api.adapters.http.outside_service import AboutOrder, OutsideService
from command_api.adapters.postgres.intents import Intent, Step
from orders_domain.errors import Shortage
from orders_domain.values import Sku


class Units(msgspec.Struct, frozen=True):
    """So many units of one SKU."""

    sku: str
    quantity: int


class Wish(AboutOrder, frozen=True, kw_only=True):
    """What is to become of units. `reservation` is the key that a `reserve` had, for it and for its `undo`."""

    move: Step
    reservation: str | None
    items: list[Units]


class InWant(msgspec.Struct, frozen=True):
    """A SKU of which fewer units are to be had than were asked for."""

    sku: str
    available: Annotated[int, msgspec.Meta(ge=0)]


class Done(AboutOrder, frozen=True, kw_only=True):
    """The answer: `done`, or `short` to a `reserve`, with what is in want. What else is in it is not looked at."""

    result: Literal["done", "short"]
    shortages: tuple[InWant, ...] = ()

    def require_answer_to(self, question: AboutOrder) -> None:
        """Only a reservation can be in want, and only of more than there is of what it asks for."""
        super().require_answer_to(question)
        assert isinstance(question, Wish)
        asked = {units.sku: units.quantity for units in question.items}
        if (self.result == "short") is not bool(self.shortages):
            raise NoAnswer(f"{self.result} with {len(self.shortages)} shortages")
        if self.shortages and question.move != "reserve":
            raise NoAnswer(f"short is no answer to {question.move}")
        if not all(one.available < asked.get(one.sku, 0) for one in self.shortages):
            raise NoAnswer("a shortage of what was not asked for, or of which there is enough")


class InventoryCall:
    """One question at a time. The same intent always goes under the same key."""

    def __init__(self, service: OutsideService) -> None:
        self._service = service

    async def __call__(self, intent: Intent) -> list[Shortage]:
        """Ask for what is intended. Answers what a reservation is in want of, and nothing when it is done.

        Raises NoAnswer.
        """
        key = f"{intent.order_id}-{intent.version}-{intent.intent_id}"
        about_reservation = intent.move in {"reserve", "undo"}
        wish = Wish(
            order_id=intent.order_id,
            version=intent.version,
            move=intent.move,
            reservation=key if about_reservation else None,
            items=[Units(sku, quantity) for sku, quantity in sorted(intent.units.items())],
        )
        answer = await self._service.ask(wish, f"{key}-undo" if intent.move == "undo" else key, Done)
        return [
            Shortage(sku=Sku(one.sku), requested=intent.units[Sku(one.sku)], available=one.available)
            for one in answer.shortages
        ]
