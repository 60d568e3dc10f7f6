"""All clients together: they stock the shelves, begin the hot orders, and order until the drill stops them."""

import asyncio
from itertools import count
from typing import Final

from tests.drills.doors import Doors
from tests.drills.load.caller import Caller
from tests.drills.load.client import Client
from tests.drills.load.dice import SKUS, wishes
from tests.drills.load.orders import Order
from tests.drills.load.requests import note_answer, product_request, wanted_of
from tests.drills.pace import TooLate
from tests.drills.told import Command, Told

HOT_ORDERS: Final = 2
STOCK: Final = 10_000_000
SETTLES_WITHIN: Final = 40.0


class Crowd:
    """So many clients that send `rate` commands a second in all. What they ask for is named after `name`."""

    def __init__(self, doors: Doors, told: Told, clients: int, rate: float, name: str = "c") -> None:
        self._port = doors.commands[0]
        self._told = told
        self._clients = [
            Client(f"{name}{number}", doors.beginning_with(number), told, rate / clients) for number in range(clients)
        ]
        self._numbers = count(1)
        self._stop = asyncio.Event()
        self._running: list[asyncio.Task[None]] = []

    async def stock_up(self) -> None:
        """List the products with more than enough of each. Raises RuntimeError where that is refused."""
        caller = Caller(self._port)
        for sku in SKUS:
            for kind, quantity in (("list_product", 0), ("adjust_stock", STOCK)):
                name = f"shelves-{next(self._numbers)}"
                command = Command(name, "shelves", kind, sku, sku, quantity)  # type: ignore[arg-type]
                note_answer(command, await caller.ask(product_request(command)))
                self._told.commands.append(command)
                if command.outcome != "done":
                    raise RuntimeError(f"{kind} {sku} was answered {command.status} {command.code}")
        caller.close()

    async def start(self, seed: str) -> None:
        """Begin new hot orders, and let everybody order until `stop`."""
        self._stop = asyncio.Event()
        first = self._clients[0]
        hot = []
        for _, wish in zip(range(HOT_ORDERS), wishes(f"{seed}/hot"), strict=False):
            command = first.command("create", wish, None)
            if (end := await first.send(command, wanted_of(command, wish, None))) is not None:
                hot.append(Order(end.subject, skus=set(wish.skus)))
        for client in self._clients:
            client.orders.hot = hot
        self._running = [
            asyncio.create_task(client.run(f"{seed}/{number}", self._stop))
            for number, client in enumerate(self._clients)
        ]

    async def stop(self) -> None:
        """Send nothing more, and wait for what is under way. Raises TooLate, and what ended a client."""
        self._stop.set()
        _, late = await asyncio.wait(self._running, timeout=SETTLES_WITHIN)
        if late:
            raise TooLate(f"{len(late)} clients wait for answers after {SETTLES_WITHIN:.0f} s")
        for task in self._running:
            task.result()

    def close(self) -> None:
        """Hang up, whatever is under way."""
        for task in self._running:
            task.cancel()
        for client in self._clients:
            client.close()
