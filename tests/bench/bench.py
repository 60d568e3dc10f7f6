"""One run of the bench: how long, where, on which cores; and what the client had to bear meanwhile."""

from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from stack.engines import RunningEngine, start_postgres, start_valkey
from tests.bench.closed_loop import Load, drive
from tests.bench.machine import Cores, running_on
from tests.bench.rounds import Round
from tests.bench.sides import Side


class Bench:
    """Shared by all measurements of a run. `fastest` is the highest rate met, `busiest` the client's busiest round."""

    def __init__(
        self, logs: Path, engines: Path, *, seconds: float, rounds: int, cores: Cores, console: Console
    ) -> None:
        """`engines` is an empty folder for their data; a round lasts `seconds` for each side."""
        self.logs = logs
        self._engines = engines
        self.seconds = seconds
        self.rounds = rounds
        self.cores = cores
        self.console = console
        self.fastest = 0.0
        self.busiest = 0.0

    def postgres(self, name: str) -> RunningEngine:
        """A Postgres that keeps what it acknowledged, as in production. Blocks until it answers."""
        with running_on(self.cores.engines):
            return start_postgres(self._engines, durable=True, name=name)

    def valkey(self) -> RunningEngine:
        """A Valkey that keeps what it acknowledged. Blocks until it answers."""
        with running_on(self.cores.engines):
            return start_valkey(self._engines, durable=True)

    async def load(self, side: Side, requests: Iterator[bytes], expected: int = 200) -> Load:
        """One side's part of a round. Raises RuntimeError for a side that answers nothing in that time."""
        load = await drive(side.port, requests, self.seconds, expected)
        if not load.rate:
            raise RuntimeError(f"{side.name} answered nothing in {self.seconds} s")
        self.fastest = max(self.fastest, load.rate)
        self.busiest = max(self.busiest, load.busy)
        return load

    def say(self, text: str) -> None:
        """A line about what is going on."""
        self.console.print(text, highlight=False)

    def tell_round(self, number: int, figures: Round) -> None:
        """The figures of a round, as requests per second."""
        shown = "   ".join(f"{side} {rate:,.0f}/s" for side, rate in figures.items())
        self.say(f"  [dim]round {number}:[/dim] {shown}")
