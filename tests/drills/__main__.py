"""`make drill`: plays rounds, prints a table, and writes `build/drill/<seed>.json`."""

import os
import random
import shutil
import signal
import sys
import time
from itertools import islice
from pathlib import Path
from typing import Annotated, Final

import typer
import uvloop
from rich.console import Console

from tests.drills.report import Report, print_report, write_report
from tests.drills.schedule import KINDS, chosen, rounds
from tests.drills.session import Session

BUILD: Final = Path(__file__).parents[2] / "build" / "drill"
WIDTH: Final = 150
ROUNDS: Final = 24
RECOVERY: Final = "recovery"
"""Asks for the rounds at the end, which restore and move the write database."""


def main(
    seed: Annotated[int | None, typer.Option(help="Of the schedule of faults and load; one at random.")] = None,
    hours: Annotated[float, typer.Option(min=0, help="How long, instead of a number of rounds.")] = 0,
    count: Annotated[int, typer.Option("--rounds", min=1, help="How many rounds.")] = ROUNDS,
    only: Annotated[
        list[str] | None, typer.Option(help="Just this kind of fault, or `recovery`; may be given several times.")
    ] = None,
    at: Annotated[
        list[str] | None, typer.Option(help="Just what befalls this, such as `redis`; may be given several times.")
    ] = None,
    clients: Annotated[int, typer.Option(min=1)] = 8,
    rate: Annotated[float, typer.Option(min=1, help="Commands a second, of all clients.")] = 200,
) -> None:
    """Break things under load, and see whether every promise holds."""
    wanted, targets = frozenset(only or ()), frozenset(at or ())
    unknown = wanted - {kind.name for kind in KINDS} - {RECOVERY}
    unknown |= targets - {target for kind in KINDS for target in kind.targets}
    if unknown:
        raise typer.BadParameter(f"no such kinds of fault, or nothing that they befall: {', '.join(unknown)}")
    if wanted != {RECOVERY} and not chosen(wanted - {RECOVERY}, targets):
        raise typer.BadParameter("no such fault befalls that")
    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)
    seed = random.randrange(1_000_000) if seed is None else seed
    console.print(f"seed {seed}: make drill SEED={seed} plays the same schedule")
    report = Report(seed)
    ends = time.monotonic() + hours * 3600 if hours else float("inf")
    planned = rounds(seed, long=bool(hours), only=wanted - {RECOVERY}, at=targets)
    if wanted == {RECOVERY} or not hours:
        planned = islice(planned, 0 if wanted == {RECOVERY} else count)
    signal.signal(signal.SIGTERM, lambda *_: os.kill(os.getpid(), signal.SIGINT))
    try:
        session = Session(console, report, BUILD / str(seed), planned, ends, clients, rate)
        uvloop.run(_play(session, recovers=RECOVERY in wanted or not (wanted or targets)))
    finally:
        if not report.kept:
            shutil.rmtree(BUILD / str(seed), ignore_errors=True)
        print_report(console, report)
        write_report(BUILD / f"{seed}.json", report)
        console.print(f"written to {BUILD / f'{seed}.json'}")
    raise typer.Exit(0 if report.fine else 1)


async def _play(session: Session, *, recovers: bool) -> None:
    await session.play()
    if recovers:
        await session.recover()


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(main)
    app()
