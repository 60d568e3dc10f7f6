"""One client: sends when it is due, whatever became of what it sent before."""

import asyncio
from contextlib import suppress
from itertools import count
from typing import Final

from tests.drills.load.caller import Caller, Unanswered, Unsent
from tests.drills.load.dice import Wish, wishes
from tests.drills.load.orders import Order, Orders
from tests.drills.load.requests import note_answer, note_read, read_request, request_for
from tests.drills.pace import until_after
from tests.drills.told import Command, Kind, Read, Told

HANDS: Final = 24
"""How many requests of one client may be under way; an arrival that finds no free hand is shed, and counted."""
RETRIES: Final = 3
READ_SHARE: Final = 0.35
PLAIN_SHARE: Final = 0.1
KEPT_SHARE: Final = 0.05
"""Of the answers to questions: their bodies are compared with the fold at that version."""


class Client:
    """Sends `rate` commands a second to the port of command-api, and asks query-api about some of them."""

    def __init__(self, name: str, ports: tuple[int, int], told: Told, rate: float) -> None:
        self.orders = Orders()
        self._name = name
        self._commands, self._queries = (Caller(port) for port in ports)
        self._told = told
        self._rate = rate
        self._numbers = count(1)
        self._seen: dict[str, int] = {}
        self._crashes = 0
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self, seed: str, stop: asyncio.Event) -> None:
        """Until `stop` is set; then what is under way is waited for."""
        for wish in wishes(seed):
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), wish.wait / self._rate)
            if stop.is_set():
                break
            if len(self._under_way) >= HANDS:
                self._told.shed += 1
                continue
            task = asyncio.create_task(self._fulfil(wish, stop))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        await asyncio.gather(*self._under_way)

    def close(self) -> None:
        """Hang up, whatever is under way."""
        for task in self._under_way:
            task.cancel()
        self._commands.close()
        self._queries.close()

    async def send(self, kind: Kind, wish: Wish, order: Order | None) -> tuple[Command, str]:
        """One command, and the consistency token of its answer, if it got one."""
        command = Command(
            f"{self._name}-{next(self._numbers)}", self._name, kind, None if order is None else order.order_id
        )
        if order is not None:
            known = sorted(order.skus)
            given = wish.skus[0]
            command.sku = given if kind == "add" or not known else known[int(wish.pick * len(known))]
            command.quantity = 1 if kind == "ship" else wish.quantity
        shipment, token = "", ""
        try:
            answer = await self._commands.ask(request_for(command, wish, order))
            document = note_answer(command, answer)
            shipment = str(document.get("shipment_id", ""))
            token = answer.header("consistency-token") if command.outcome == "done" else ""
        except Unsent as error:
            command.outcome, command.why = "unsent", str(error)
        except Unanswered as error:
            command.why = str(error)
        self._told.commands.append(command)
        if command.outcome == "done":
            self.orders.note(command, order, wish.skus, shipment)
        return command, token

    async def _fulfil(self, wish: Wish, stop: asyncio.Event) -> None:
        order = None if wish.kind == "create" else self.orders.choose(wish)
        kind = wish.kind if order is not None else "create"
        command, token = await self.send(kind, wish, order)
        for attempt in range(RETRIES):
            if command.outcome not in {"unknown", "unsent"} or wish.again > 0.7 or stop.is_set():
                break
            await until_after(0.2 * 2**attempt)
            command, token = await self.send(kind, wish, order)
        if command.outcome == "done" and command.subject is not None and wish.read < READ_SHARE:
            plain = wish.read < PLAIN_SHARE
            await self._read(command.subject, 0 if plain else command.version, "" if plain else token, wish)

    async def _read(self, order_id: str, version: int, token: str, wish: Wish) -> None:
        crashes = self._told.read_crashes
        if self._crashes != crashes:
            self._crashes = crashes
            self._seen.clear()
        read = Read(self._name, order_id, version, self._seen.get(order_id, 0))
        try:
            answer = await self._queries.ask(read_request(read, token))
        except (Unsent, Unanswered):
            return
        note_read(read, answer, keep=wish.pick < KEPT_SHARE or order_id in {hot.order_id for hot in self.orders.hot})
        if self._told.read_crashes != crashes:
            read.seen = 0
        else:
            self._seen[order_id] = max(self._seen.get(order_id, 0), read.version)
        self._told.reads.append(read)
