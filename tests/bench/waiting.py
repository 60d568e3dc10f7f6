"""Many who wait at one query-api: what they cost while nothing comes, and how soon all are told when it does."""

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final, NamedTuple

from orders_contracts.consistency import ConsistencyToken, encode_token
from query_api.migrations.run import migrate
from tests.bench.bench import Bench
from tests.bench.client import HOST, Answer, ask, write_request
from tests.bench.closed_loop import WrongAnswer
from tests.bench.machine import running_on
from tests.bench.open_loop import Line
from tests.bench.results import Result
from tests.bench.rounds import spread
from tests.bench.sides import running, service
from tests.suites.query_rows import OrderRow, store_orders

READS: Final = 2_000
STREAMS: Final = 500
_WATCHED: Final = 3.0
"""Seconds for which they wait and are watched. A read waits for ten at most."""
_MEBI: Final = 2**20
_WITHIN: Final = 30.0


class Cost(NamedTuple):
    """What the process has taken so far: memory in MiB, processor time in seconds."""

    memory: float
    cpu: float


async def measure_waiting(bench: Bench) -> list[Result]:
    """The rows about waiting reads and streams. Raises WrongAnswer where one of them is not told what it waits for."""
    orders = [OrderRow() for _ in range(READS)]
    with bench.postgres("read-db") as engine:
        migrate(engine.url)
        await asyncio.to_thread(store_orders, engine.url, orders)
        program = service("query_api", "serve", database_url=engine.url, page_token_secret="0" * 32)
        async with running([program], bench.logs, bench.cores.server) as (side,):
            with running_on(bench.cores.client):
                bench.say(f"[bold]waiting[/bold]: {READS:,} reads and {STREAMS} streams at one query-api")
                return await _Trial(bench, engine.url, side.port, orders).run()


class _Listener(asyncio.Protocol):
    """An open stream: counts the events."""

    def __init__(self) -> None:
        self.events = 0

    def data_received(self, data: bytes) -> None:
        self.events += data.count(b"\nid: ")


class _Trial:
    def __init__(self, bench: Bench, database_url: str, port: int, orders: list[OrderRow]) -> None:
        self._bench = bench
        self._url = database_url
        self._port = port
        self._orders = orders
        self._answered = 0

    async def run(self) -> list[Result]:
        alone = await self._cost()
        listeners = [await self._listen(order) for order in self._orders[:STREAMS]]
        line = await Line.open(self._port, READS)
        for order in self._orders:
            token = encode_token(ConsistencyToken("order", str(order.order_id), 2))
            headers = (f"Consistency-Token: {token}", "Prefer: wait=10")
            line.send(write_request("GET", f"/api/v1/orders/{order.order_id}", headers=headers), self._read)
        await self._until(lambda page: f"\nfresh_reads_waiting {READS}.0\n" in page)
        await self._until(lambda page: f"\nevent_streams_open {STREAMS}.0\n" in page)
        before = await self._cost()
        await asyncio.sleep(_WATCHED)
        resting = await self._cost()
        newer = [replace(order, version=2) for order in self._orders]
        await asyncio.to_thread(store_orders, self._url, newer, notify=True)
        told = time.perf_counter()
        while self._answered < READS or any(one.events < 2 for one in listeners):
            if time.perf_counter() > told + _WITHIN:
                raise TimeoutError(f"{self._answered} of {READS} reads were answered")
            await asyncio.sleep(0.001)
        seconds = time.perf_counter() - told
        awake = await self._cost()
        line.close()
        return self._rows(alone, before, resting, awake, seconds)

    def _rows(self, alone: Cost, before: Cost, resting: Cost, awake: Cost, seconds: float) -> list[Result]:
        who = f"{READS:,} reads and {STREAMS} streams"
        share = 100 * (resting.cpu - before.cpu) / _WATCHED
        memory = f"{alone.memory:.0f} MiB alone, {resting.memory:.0f} MiB with {who}, {awake.memory:.0f} MiB after"
        return [
            Result("memory of who waits at query-api", spread([resting.memory - alone.memory]), None, "MiB", memory),
            Result("processor while they wait", spread([share]), None, "%", f"{who}, nothing comes for {_WATCHED:g} s"),
            Result("all of them told", spread([1000 * seconds]), None, "ms", f"{awake.cpu - resting.cpu:.2f} CPU s"),
        ]

    def _read(self, answer: Answer) -> None:
        if answer.status != 200 or answer.header("ETag") != '"2"':
            raise WrongAnswer(f"{answer.status} {answer.body!r}")
        self._answered += 1

    async def _listen(self, order: OrderRow) -> _Listener:
        loop = asyncio.get_running_loop()
        transport, listener = await loop.create_connection(_Listener, HOST, self._port)
        transport.write(write_request("GET", f"/api/v1/orders/{order.order_id}/events"))
        return listener

    async def _until(self, holds: Callable[[str], bool]) -> None:
        deadline = time.monotonic() + _WITHIN
        while not holds(await self._figures()):
            if time.monotonic() > deadline:
                raise TimeoutError("they never all waited")
            await asyncio.sleep(0.02)

    async def _cost(self) -> Cost:
        page = await self._figures()
        memory = re.search(r"^process_resident_memory_bytes (\S+)$", page, re.MULTILINE)
        cpu = re.search(r"^process_cpu_seconds_total (\S+)$", page, re.MULTILINE)
        if memory is None or cpu is None:
            raise RuntimeError("query-api does not tell what it takes")
        return Cost(float(memory[1]) / _MEBI, float(cpu[1]))

    async def _figures(self) -> str:
        return (await ask(self._port, write_request("GET", "/metrics"))).body.decode()
