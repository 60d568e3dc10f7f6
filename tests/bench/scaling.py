"""Reads and writes scaled apart: what a request costs a process, with one process of each API and with two.

The local stack as `make up` runs it, requests through its gateway. Each process is given the same rate in both stacks,
so that as much comes together in a batch; if the figures differ, processes of one service are in each other's way.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import orjson
import psutil
from prometheus_client.parser import text_string_to_metric_families

from tests.bench.bench import Bench
from tests.bench.client import Answer
from tests.bench.closed_loop import WrongAnswer
from tests.bench.open_loop import Line, arrivals
from tests.bench.pipeline import list_products
from tests.bench.results import Result
from tests.bench.rounds import Round, figures_of, in_turn, ratios, spread
from tests.bench.traffic import creations, order_reads
from tests.e2e.running_stack import Stack, stack_up

ONE: Final = "one process"
TWO: Final = "two processes"
PROCESSES: Final = {ONE: 1, TWO: 2}
CONNECTIONS: Final = 32
BAR: Final = 1.1


class Api(NamedTuple):
    """What is asked of a service: at which rate each of its processes, and which of its figures counts requests."""

    service: str
    each: float
    counted_by: str
    expected: int


class _Spent(NamedTuple):
    """CPU seconds, and requests that were answered with them."""

    cpu: float
    requests: float


COMMANDS: Final = Api("command-api", 100, "commands_total", 201)
QUERIES: Final = Api("query-api", 400, "http_request_duration_seconds_count", 200)


async def measure_scaling(bench: Bench) -> list[Result]:
    """Two rows for each API: two processes against one, and the dearer of the two against the cheaper."""
    with ExitStack() as stacks:
        running = {how: stacks.enter_context(_stack(count)) for how, count in PROCESSES.items()}
        shops = {how: await _Shop.open(stack) for how, stack in running.items()}
        results = []
        for api in (COMMANDS, QUERIES):
            apart: list[float] = []

            async def measure(how: str, api: Api = api, apart: list[float] = apart) -> float:
                costs = await shops[how].costs(api, bench.seconds * 2)
                if len(costs) > 1:
                    apart.append(max(costs) / min(costs))
                return sum(costs) / len(costs)

            bench.say(f"[bold]{api.service}[/bold]: {api.each:,.0f} requests/s for each process, CPU of one request")
            rounds = await in_turn(list(PROCESSES), bench.rounds, measure, _tell(bench))
            detail = " against ".join(f"{1e6 * figures_of(rounds, how).middle:,.0f} µs" for how in (TWO, ONE))
            name = f"{api.service}: CPU of a request"
            results.append(Result(f"{name}, two processes vs one", ratios(rounds, TWO, ONE), BAR, "at most", detail))
            results.append(Result(f"{name}, the dearer of two vs the other", spread(apart), BAR, "at most", ""))
    return results


class _Shop:
    """A client of one stack, who knows some of its orders."""

    def __init__(self, stack: Stack) -> None:
        status = stack.status()
        self._gateway = urlsplit(status["gateway"]["url"]).port or 0
        self._parts = status
        self._orders: list[UUID] = []
        self._random = Random(6)

    @classmethod
    async def open(cls, stack: Stack) -> "_Shop":
        """With products listed, and a second of both loads to warm up."""
        shop = cls(stack)
        await list_products(urlsplit(shop._parts["command-api"]["url"]).port or 0)
        for api in (COMMANDS, QUERIES):
            await shop.costs(api, 1.0)
        return shop

    async def costs(self, api: Api, seconds: float) -> list[float]:
        """CPU seconds of one request, for each process of the service, at a steady rate through the gateway."""
        mine = [part for name, part in self._parts.items() if name.startswith(api.service)]
        before = [await self._spent(api, part) for part in mine]
        await self._load(api, api.each * len(mine), seconds)
        after = [await self._spent(api, part) for part in mine]
        return [(b.cpu - a.cpu) / (b.requests - a.requests) for a, b in zip(before, after, strict=True)]

    async def _load(self, api: Api, rate: float, seconds: float) -> None:
        requests: Iterator[bytes] = creations() if api is COMMANDS else order_reads(self._orders)
        line = await Line.open(self._gateway, CONNECTIONS)

        def answered(answer: Answer) -> None:
            if answer.status != api.expected:
                raise WrongAnswer(f"{answer.status} {answer.body!r}")
            if api is COMMANDS:
                self._orders.append(UUID(orjson.loads(answer.body)["order_id"]))

        try:
            async for _ in arrivals(rate, seconds, self._random):
                line.send(next(requests), answered)
            await line.quiet()
        finally:
            line.close()

    async def _spent(self, api: Api, part: Mapping[str, Any]) -> _Spent:
        """So far, by the kernel's and the process' own account."""
        async with httpx.AsyncClient(trust_env=False) as client:
            text = (await client.get(f"{part['url']}/metrics")).text
        samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
        times = psutil.Process(part["pid"]).cpu_times()
        return _Spent(times.user + times.system, sum(one.value for one in samples if one.name == api.counted_by))


def _tell(bench: Bench) -> Callable[[int, Round], None]:
    def tell(number: int, figures: Mapping[str, float]) -> None:
        shown = "   ".join(f"{how} {1e6 * cost:,.0f} µs" for how, cost in figures.items())
        bench.say(f"  [dim]round {number}:[/dim] {shown}")

    return tell


@contextmanager
def _stack(processes: int) -> Iterator[Stack]:
    options = ("--command-apis", str(processes), "--query-apis", str(processes))
    with TemporaryDirectory(prefix="bench-stack-") as folder:
        (home := Path(folder) / "stack").mkdir()
        with stack_up(home, *options) as stack:
            yield stack
