"""Writing and reading it at once, with the token, through the whole system: what it costs to see one's own writes."""

import asyncio
import re
import time
from collections.abc import Iterator
from random import Random
from typing import Final

import orjson

from tests.bench.bench import Bench
from tests.bench.client import Answer, ask, write_request
from tests.bench.closed_loop import WrongAnswer
from tests.bench.machine import running_on
from tests.bench.open_loop import Line
from tests.bench.pipeline import Pipeline, whole_system
from tests.bench.results import Result
from tests.bench.rounds import Percentiles, percentiles, spread
from tests.bench.traffic import PRODUCTS, creations, sku

PAIRS: Final = 10_000
CLIENTS: Final = 16
WRITES: Final = 4
"""To each order: it is created, and items are added."""
_WITHIN: Final = 30.0


async def measure_fresh(bench: Bench) -> list[Result]:
    """The rows about fresh reads. Raises WrongAnswer for a stale one, for 404, and for any other but 200."""
    with running_on(bench.cores.every):
        async with whole_system(bench) as pipeline:
            bench.say(f"[bold]fresh[/bold]: {PAIRS:,} pairs of {CLIENTS} clients: a command, and a read with its token")
            began = time.monotonic()
            seconds = await _pairs(pipeline)
            rate = PAIRS / (time.monotonic() - began)
            outcomes = await outcomes_of(pipeline.queries.port)
    if outcomes.keys() - {"at_once", "waited"}:
        raise WrongAnswer(f"fresh reads ended otherwise: {outcomes}")
    share = 100 * outcomes["waited"] / sum(outcomes.values())
    found: Percentiles = percentiles(seconds)
    detail = f"{PAIRS:,} pairs, {rate:,.0f}/s, {CLIENTS} clients; none stale, none 404"
    return [
        Result("fresh reads that had to wait", spread([share]), None, "%", detail),
        Result("fresh read right after its command, p50", spread([found.p50]), None, "ms", detail),
        Result("fresh read right after its command, p99", spread([found.p99]), None, "ms", detail),
    ]


async def outcomes_of(port: int) -> dict[str, float]:
    """How many fresh reads ended how, as query-api counts them."""
    page = (await ask(port, write_request("GET", "/metrics"))).body.decode()
    return {
        found[1]: float(found[2])
        for found in re.finditer(r'^fresh_reads_total{outcome="(\w+)"} (\S+)$', page, re.MULTILINE)
    }


async def _pairs(pipeline: Pipeline) -> list[float]:
    """How long each read took."""
    commands = await Line.open(pipeline.commands.port, CLIENTS)
    queries = await Line.open(pipeline.queries.port, CLIENTS)
    seconds: list[float] = []
    requests = creations()
    try:
        clients = [_client(Random(number), requests, commands, queries, seconds) for number in range(CLIENTS)]
        await asyncio.gather(*clients)
    finally:
        commands.close()
        queries.close()
    return seconds


async def _client(
    random: Random, requests: Iterator[bytes], commands: Line, queries: Line, seconds: list[float]
) -> None:
    for _ in range(PAIRS // CLIENTS // WRITES):
        request = next(requests)
        for version in range(1, WRITES + 1):
            written = await _answer(commands, request)
            told = orjson.loads(written.body)
            if written.status not in {200, 201} or told["version"] != version:
                raise WrongAnswer(f"{written.status} {written.body!r}")
            path = f"/api/v1/orders/{told['order_id']}"
            seconds.append(await _read(queries, path, written.header("Consistency-Token"), version))
            item = orjson.dumps({"sku": sku(random.randint(1, PRODUCTS)), "quantity": 1})
            request = write_request("POST", f"{path}/items", item)


async def _read(queries: Line, path: str, token: str, version: int) -> float:
    began = time.perf_counter()
    read = await _answer(queries, write_request("GET", path, headers=(f"Consistency-Token: {token}",)))
    took = time.perf_counter() - began
    if read.status != 200 or orjson.loads(read.body)["version"] < version:
        raise WrongAnswer(f"asked for version {version}: {read.status} {read.body!r}")
    return took


async def _answer(line: Line, request: bytes) -> Answer:
    answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
    line.send(request, answer.set_result)
    async with asyncio.timeout(_WITHIN):
        return await answer
