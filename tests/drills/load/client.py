"""One client: sends when it is due, whatever became of what it sent before."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from itertools import count
from typing import Final

from tests.bench.client import Answer
from tests.drills.doors import Doors
from tests.drills.load.caller import Caller, Unanswered, Unsent
from tests.drills.load.dice import Wish, wishes
from tests.drills.load.ending import End, end_of_accepted, end_of_answer
from tests.drills.load.orders import Order, Orders
from tests.drills.load.requests import Wanted, note_answer, note_read, read_request, request_of, wanted_of
from tests.drills.pace import until_after
from tests.drills.told import Command, Kind, Read, Told

HANDS: Final = 24
"""How many requests of one client may be under way; an arrival that finds no free hand is shed, and counted."""
RETRIES: Final = 3
READ_SHARE: Final = 0.35
PLAIN_SHARE: Final = 0.1
KEPT_SHARE: Final = 0.05
"""Of the answers to questions: their bodies are compared with the fold at that version."""
LATER_SHARE: Final = 1 / 6
"""Of the commands: their callers do not wait for them."""
FOLLOWED_SHARE: Final = 0.5
"""Of those: their callers look what became of them, and go on with that."""
KEYED_SHARE: Final = 0.3
TWICE_SHARE: Final = 0.3
"""Of those with a key: sent once more whatever was answered."""
LOOKS: Final = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0, 2.0, 2.0, 2.0)
"""Seconds before each look at an accepted command."""


class Client:
    """Sends `rate` commands a second to one command-api, what is sent again to the next, and asks query-api."""

    def __init__(self, name: str, doors: Doors, told: Told, rate: float) -> None:
        self.orders = Orders()
        self._name = name
        self._commands = [Caller(port) for port in doors.commands]
        self._queries = Caller(doors.queries)
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
        for caller in (*self._commands, self._queries):
            caller.close()

    def command(self, kind: Kind, wish: Wish, order: Order | None) -> Command:
        """A new command, not sent yet."""
        command = Command(self._request_id(), self._name, kind, None if order is None else order.order_id)
        if order is not None:
            known = sorted(order.skus)
            given = wish.skus[0]
            command.sku = given if kind == "add" or not known else known[int(wish.pick * len(known))]
            command.quantity = 1 if kind == "ship" else wish.quantity
        return command

    async def send(self, command: Command, wanted: Wanted, attempt: int = 0) -> End | None:
        """Send it, and write down what was answered; the end that the answer tells."""
        end = None
        caller = self._commands[attempt % len(self._commands)]
        try:
            answer = await caller.ask(request_of(wanted, command))
            note_answer(command, answer)
            end = end_of_answer(command, answer)
        except Unsent as error:
            command.outcome, command.why = "unsent", str(error)
        except Unanswered as error:
            command.why = str(error)
        self._told.commands.append(command)
        return end

    async def _fulfil(self, wish: Wish, stop: asyncio.Event) -> None:
        order = None if wish.kind == "create" else self.orders.choose(wish)
        command = self.command(wish.kind if order is not None else "create", wish, order)
        command.later = wish.later < LATER_SHARE
        command.key = f"key-{command.request_id}" if wish.key < KEYED_SHARE else ""
        end = await self._sent(command, wanted_of(command, wish, order), wish, stop)
        if end is not None and not end.known and wish.follow < FOLLOWED_SHARE:
            end = await self._followed(end, wish, stop)
        if end is None or not end.known:
            return
        self.orders.note(command.kind, end.subject, order, command.sku, wish.skus, end.shipment)
        if wish.read < READ_SHARE:
            plain = wish.read < PLAIN_SHARE
            read = Read(self._name, end.subject, 0 if plain else end.version)
            hot = end.subject in {hot.order_id for hot in self.orders.hot}
            await self._read(read, "" if plain else end.token, keep=wish.pick < KEPT_SHARE or hot)

    async def _sent(self, command: Command, wanted: Wanted, wish: Wish, stop: asyncio.Event) -> End | None:
        """The end that was answered first; the same command is sent until there is one, or patience is."""
        end = await self.send(command, wanted)
        for attempt in range(RETRIES):
            if stop.is_set() or not _again(command, wish, attempt):
                break
            await until_after(0.2 * 2**attempt)
            fresh = Command(self._request_id(), self._name, command.kind, command.subject, command.sku)
            command = replace(fresh, quantity=command.quantity, key=command.key, later=command.later)
            end = await self.send(command, wanted, attempt + 1) or end
        return end

    async def _followed(self, accepted: End, wish: Wish, stop: asyncio.Event) -> End | None:
        """How an accepted command has ended, once it has; None where that takes too long, or it has failed."""
        token = accepted.token if wish.follow < FOLLOWED_SHARE / 2 else ""
        for pause in LOOKS:
            await until_after(pause)
            if stop.is_set():
                break
            answer = await self._read(
                Read(self._name, accepted.subject, 1 if token else 0, about="commands"), token, keep=True
            )
            end = None if answer is None else end_of_accepted(answer)
            if end is not None:
                return end
        return None

    async def _read(self, read: Read, token: str, keep: bool) -> Answer | None:
        crashes = self._told.read_crashes
        if self._crashes != crashes:
            self._crashes = crashes
            self._seen.clear()
        read.seen = self._seen.get(read.subject, 0)
        try:
            answer = await self._queries.ask(read_request(read, token))
        except (Unsent, Unanswered):
            return None
        note_read(read, answer, keep=keep)
        if self._told.read_crashes != crashes:
            read.seen = 0
        else:
            self._seen[read.subject] = max(self._seen.get(read.subject, 0), read.version)
        self._told.reads.append(read)
        return answer

    def _request_id(self) -> str:
        return f"{self._name}-{next(self._numbers)}"


def _again(command: Command, wish: Wish, attempt: int) -> bool:
    """Whether it is sent again: where nobody knows what became of it; and with a key, now and then, in any case."""
    if command.key and attempt == 0 and wish.again < TWICE_SHARE:
        return True
    open_ = command.outcome in {"unknown", "unsent"} or command.code == "idempotency_key_in_flight"
    return open_ and wish.again <= 0.7
