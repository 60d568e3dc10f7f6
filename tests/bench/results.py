"""What the bench finds out, for people and for programs."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rich import box
from rich.console import Console
from rich.table import Table

from tests.bench.rounds import Spread

Unit = Literal["times", "at most", "ms", "s", "MiB", "%"]


@dataclass(frozen=True, slots=True)
class Result:
    """One row. In `times` more is better, in all other units less; `bar` is None for a figure that is only watched.

    `detail` is what the figure was made of.
    """

    name: str
    spread: Spread
    bar: float | None
    unit: Unit
    detail: str

    @property
    def reached(self) -> bool:
        """Whether the median is on the right side of the bar, if there is one."""
        if self.bar is None:
            return True
        return self.spread.middle >= self.bar if self.unit == "times" else self.spread.middle <= self.bar


def against(ours: Spread, theirs: Spread) -> str:
    """The two medians behind a ratio."""
    return f"{ours.middle:,.0f}/s against {theirs.middle:,.0f}/s"


def print_table(console: Console, results: Sequence[Result]) -> None:
    """The table of `docs/benchmarks.md`."""
    table = Table(caption="median of all rounds; low and high are single rounds", box=box.SIMPLE)
    table.add_column("what")
    for heading in ("median", "low", "high", "bar"):
        table.add_column(heading, justify="right")
    table.add_column("")
    table.add_column("behind it")
    for result in results:
        figures = [_show(value, result.unit) for value in (*result.spread, result.bar)]
        table.add_row(result.name, *figures, _verdict(result), result.detail)
    console.print(table)


def write_json(file: Path, results: Sequence[Result]) -> None:
    """A list of objects: name, ratio, low, high, bar, null where there is none; `unit` says where less is better."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps([_plain(result) for result in results], indent=2) + "\n", encoding="utf-8")


def _plain(result: Result) -> dict[str, object]:
    row: dict[str, object] = {
        "name": result.name,
        "ratio": round(result.spread.middle, 3),
        "low": round(result.spread.low, 3),
        "high": round(result.spread.high, 3),
        "bar": result.bar,
    }
    return row | ({} if result.unit == "times" else {"unit": result.unit})


def _verdict(result: Result) -> str:
    if result.bar is None:
        return ""
    return "[green]reached[/green]" if result.reached else "[red]missed[/red]"


def _show(value: float | None, unit: Unit) -> str:
    if value is None:
        return ""
    return f"{value:.1f} {unit}" if unit in {"ms", "s", "MiB", "%"} else f"{value:.2f}"
