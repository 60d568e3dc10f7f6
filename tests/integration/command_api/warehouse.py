"""A shop whose stock lies elsewhere: command-api's own parts on a real database, and a warehouse to ask."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
import orjson
import psycopg
import respx

from command_api.adapters.http.circuit import CircuitBreaker
from command_api.adapters.http.inventory import HttpInventory
from command_api.adapters.http.inventory_call import InventoryCall
from command_api.adapters.http.outside_service import OutsideService
from command_api.adapters.http.sweep import Sweep
from command_api.adapters.in_house import ApproveAll
from command_api.adapters.postgres.health import Health
from command_api.adapters.postgres.intents import PostgresIntents
from command_api.adapters.postgres.pool import Database
from command_api.adapters.postgres.units_of_work import PostgresUnitsOfWork
from command_api.adapters.system import SystemClock, UuidV7Ids
from command_api.application.bus import CommandBus, RetryOnConflict
from command_api.application.commands.confirm_order import ConfirmOrder
from command_api.application.outside import FraudCheck, Outside
from command_api.composition import command_bus
from command_api.migrations.revisions import newest
from orders_domain.order import Order
from orders_domain.values import Currency, Sku
from tests.conftest import PARTITIONS
from tests.contract.databases.logins import as_member
from tests.suites.command_examples import CONTEXT, drafted, stocked
from tests.web import PLAIN

URL: Final = "http://warehouse.test/moves"
DUE: Final = "UPDATE inventory_intents SET due_at = now()"


@dataclass
class Warehouse:
    """Keeps the contract of docs/outside-systems.md: each key counts once, and one that was undone never again."""

    stock: Counter[str] = field(default_factory=Counter)
    held: dict[str, Mapping[str, int]] = field(default_factory=dict)
    moves: list[str] = field(default_factory=list)
    asked: list[httpx.Request] = field(default_factory=list)
    trouble: Callable[[dict[str, Any]], httpx.Response | None] = lambda _: None
    _answers: dict[str, dict[str, object]] = field(default_factory=dict)
    _undone: set[str] = field(default_factory=set)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        wish = orjson.loads(request.content)
        refused = self.trouble(wish)
        if refused is not None:
            return refused
        key = request.headers["Idempotency-Key"]
        if key not in self._answers:
            self._answers[key] = self._move(wish)
        return httpx.Response(200, json={k: wish[k] for k in ("order_id", "version")} | self._answers[key])

    def _move(self, wish: dict[str, Any]) -> dict[str, object]:
        units = {item["sku"]: item["quantity"] for item in wish["items"]}
        self.moves.append(wish["move"])
        match wish["move"]:
            case "reserve":
                return self._reserve(wish["reservation"], units)
            case "undo":
                self._undone.add(wish["reservation"])
                self.stock.update(self.held.pop(wish["reservation"], {}))
            case "release":
                self.stock.update(units)
                self.held.clear()
            case "ship":
                self.held.clear()
            case "take_back":
                self.stock.update(units)
        return {"result": "done"}

    def _reserve(self, key: str, units: Mapping[str, int]) -> dict[str, object]:
        short = [{"sku": sku, "available": self.stock[sku]} for sku, n in units.items() if n > self.stock[sku]]
        if short or key in self._undone:
            return {"result": "short", "shortages": short}
        self.stock.subtract(units)
        self.held[key] = units
        return {"result": "done"}


class Elsewhere:
    """One process. `warehouse` stands at URL; `sweep` does what is due."""

    def __init__(self, database: Database, client: httpx.AsyncClient, warehouse: Warehouse, owner_url: str) -> None:
        never_opens = CircuitBreaker(lambda: 0.0, failures=10**6)
        service = OutsideService("inventory", URL, client, timeout_seconds=1, breaker=never_opens)
        self.warehouse = warehouse
        self.call = InventoryCall(service)
        self.intents = PostgresIntents(database)
        self.inventory = HttpInventory(self.call, self.intents)
        self.sweep = Sweep(self.call, self.intents, lease_seconds=30)
        health = Health(database, revision=newest(), partitions=PARTITIONS)
        self.units = PostgresUnitsOfWork(database, health, SystemClock(), UuidV7Ids(), PARTITIONS, stock_elsewhere=True)
        self._owner_url = owner_url

    def bus(self, fraud_check: FraudCheck | None = None, attempts: int = 8) -> CommandBus:
        """All commands, as the process has them."""
        outside = Outside(fraud_check or ApproveAll(), self.inventory)
        return command_bus(self.units.begin, Currency("EUR"), RetryOnConflict(attempts), outside=outside)

    async def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """What the owner of the database is answered."""
        async with await psycopg.AsyncConnection.connect(self._owner_url, autocommit=True) as owner:
            done = await owner.execute(statement.encode())
            return await done.fetchall() if done.description else []

    async def listed(self) -> list[str]:
        """The moves that are still to be made, oldest first; `reserve` is one that is not decided yet."""
        return [move for (move,) in await self.rows("SELECT move FROM inventory_intents ORDER BY intent_id")]

    async def sweep_all(self) -> None:
        """Let time pass, and sweep until nothing is left that can be done."""
        await self.rows(DUE)
        while await self.sweep():
            await self.rows(DUE)


@asynccontextmanager
async def elsewhere(write_database_url: str) -> AsyncIterator[Elsewhere]:
    """A process whose warehouse is empty. Another one may be opened beside it."""
    database = Database(as_member(write_database_url, "orders_command"), size=10, wait_seconds=5)
    await database.open()
    warehouse = Warehouse()
    async with httpx.AsyncClient(verify=PLAIN, trust_env=False, timeout=None) as client:
        with respx.mock(assert_all_called=False) as router:
            router.post(URL).side_effect = warehouse
            try:
                yield Elsewhere(database, client, warehouse, write_database_url)
            finally:
                await database.close()


async def an_order(place: Elsewhere, stock: int = 9, quantity: int = 2) -> tuple[Order, Sku]:
    """A draft of a product of which there are so many units in the warehouse, and none here."""
    sku = await stocked(place.units.begin, 0)
    place.warehouse.stock[sku] = stock
    return await drafted(place.units.begin, sku, quantity=quantity), sku


async def confirm(place: Elsewhere, order: Order, **options: Any) -> None:
    """Confirm it, by a bus with these options."""
    await place.bus(**options).dispatch(ConfirmOrder(order_id=order.order_id), CONTEXT)
