"""`make bench`: measures, prints a table, and writes `build/bench.json`."""

import gc
import os
import sys
import time
from collections.abc import Awaitable, Callable
from enum import StrEnum
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Final

import typer
import uvloop
from rich.console import Console
from rich.markup import escape

from tests.bench.bench import Bench
from tests.bench.ceiling import judge, measure_ceiling
from tests.bench.client import ConnectionLost
from tests.bench.closed_loop import WrongAnswer
from tests.bench.commands import measure_adding, measure_creating, measure_keys
from tests.bench.emptied import measure_emptied
from tests.bench.fresh import measure_fresh
from tests.bench.half_load import measure_half_load
from tests.bench.link import measure_memory, measure_open_transaction
from tests.bench.machine import describe_machine, running_on, share_out
from tests.bench.reads import measure_get, measure_list
from tests.bench.rebuild import measure_rebuild
from tests.bench.results import Result, print_table, write_json
from tests.bench.scaling import measure_scaling
from tests.bench.visible import measure_visible
from tests.bench.waiting import measure_waiting

BUILD: Final = Path(__file__).parents[2] / "build"
WIDTH: Final = 150
"""Columns, where nobody looks on."""


class Part(StrEnum):
    """What can be measured by itself."""

    COMMANDS = "commands"
    ITEMS = "items"
    HALF_LOAD = "half-load"
    KEYS = "keys"
    GET = "get"
    LIST = "list"
    VISIBLE = "visible"
    LINK = "link"
    HELD = "held"
    MEMORY = "memory"
    EMPTIED = "emptied"
    SCALING = "scaling"
    REBUILD = "rebuild"
    FRESH = "fresh"
    WAITING = "waiting"


Measure = Callable[[Bench], Awaitable[list[Result]]]
SHORT: Final[dict[Part, Measure]] = {
    Part.COMMANDS: measure_creating,
    Part.ITEMS: measure_adding,
    Part.HALF_LOAD: measure_half_load,
    Part.KEYS: measure_keys,
    Part.GET: measure_get,
    Part.LIST: measure_list,
    Part.VISIBLE: measure_visible,
    Part.LINK: partial(measure_open_transaction, held_seconds=5),
}
LONG: Final[dict[Part, Measure]] = {
    Part.HELD: partial(measure_open_transaction, held_seconds=180),
    Part.MEMORY: partial(measure_memory, few=10_000, many=1_000_000),
    Part.EMPTIED: measure_emptied,
    Part.SCALING: measure_scaling,
    # REBUILD_ORDERS=1_111_112: ten million events.
    Part.REBUILD: partial(measure_rebuild, few=11_112, many=int(os.environ.get("REBUILD_ORDERS", "111_112"))),
    Part.FRESH: measure_fresh,
    Part.WAITING: measure_waiting,
}
"""What `make bench-long` measures instead."""


def main(
    only: Annotated[list[Part] | None, typer.Option(help="Measure just this; may be given several times.")] = None,
    seconds: Annotated[float, typer.Option(min=0.2, help="How long each side is measured in each round.")] = 2.5,
    long: Annotated[bool, typer.Option(help="Measure what takes long instead.")] = False,
    rounds: Annotated[int, typer.Option(min=5, help="How many rounds.")] = 6,
) -> None:
    """Measure the ratios, print them, and write build/bench.json."""
    started = time.monotonic()
    cores = share_out()
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    console.print(f"{describe_machine()}; {cores.describe()}", highlight=False)
    logs = BUILD / "bench-logs"
    logs.mkdir(parents=True, exist_ok=True)
    gc.freeze()
    with TemporaryDirectory(prefix="bench-engines-", dir=BUILD) as engines, running_on(cores.client):
        bench = Bench(logs, Path(engines), seconds=seconds, rounds=rounds, cores=cores, console=console)
        try:
            results = uvloop.run(measure(bench, set(only or (LONG if long else SHORT))))
        except (RuntimeError, WrongAnswer, ConnectionLost, TimeoutError) as error:
            console.print(f"[red]nothing is measured:[/red] {type(error).__name__}: {escape(str(error))}; see {logs}")
            raise typer.Exit(1) from error
    print_table(console, results)
    write_json(BUILD / "bench.json", results)
    console.print(f"{time.monotonic() - started:.0f} s; written to {BUILD / 'bench.json'}", highlight=False)


async def measure(bench: Bench, parts: set[Part]) -> list[Result]:
    """The rows of the parts that are asked for."""
    ceiling = await measure_ceiling(bench)
    results = [row for part, rows in (SHORT | LONG).items() if part in parts for row in await rows(bench)]
    if bench.fastest:
        bench.say(judge(ceiling, bench))
    return results


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(main)
    app()
