"""The arithmetic of the bench, and the order of its rounds."""

import json
import re
from pathlib import Path

from rich.console import Console

from tests.bench.results import Result, print_table, write_json
from tests.bench.rounds import Round, Spread, figures_of, in_turn, percentiles, ratios


async def test_every_other_round_goes_backwards() -> None:
    measured: list[str] = []
    told: list[int] = []

    async def measure(side: str) -> float:
        measured.append(side)
        return float(len(measured))

    rounds = await in_turn(["A", "B"], 4, measure, lambda number, _: told.append(number))

    assert "".join(measured) == "ABBAABBA"
    assert told == [1, 2, 3, 4]
    assert rounds == [{"A": 1, "B": 2}, {"A": 4, "B": 3}, {"A": 5, "B": 6}, {"A": 8, "B": 7}]


def test_a_ratio_compares_the_sides_of_one_round() -> None:
    rounds: list[Round] = [{"A": 300, "B": 100}, {"A": 20, "B": 10}, {"A": 90, "B": 60}]

    assert ratios(rounds, "A", "B") == Spread(2, 1.5, 3)
    assert figures_of(rounds, "A") == Spread(90, 20, 300)


def test_percentiles_are_in_milliseconds() -> None:
    assert percentiles([second / 1000 for second in range(1, 101)]) == (51, 100)
    assert percentiles([0.25]) == (250, 250)


def test_more_is_better_in_ratios_and_less_in_milliseconds() -> None:
    assert Result("faster", Spread(1.2, 1, 2), 1.2, "times", "").reached
    assert not Result("slower", Spread(1.19, 1, 2), 1.2, "times", "").reached
    assert Result("quick", Spread(8, 7, 9), 8, "ms", "").reached
    assert not Result("late", Spread(8.1, 7, 9), 8, "ms", "").reached
    assert Result("not later", Spread(1, 0.9, 1.2), 1, "at most", "").reached
    assert not Result("later", Spread(1.01, 0.9, 1.2), 1, "at most", "").reached


def test_the_file_names_a_unit_only_where_the_figure_is_no_ratio(tmp_path: Path) -> None:
    file = tmp_path / "build" / "bench.json"

    rows = [
        Result("a", Spread(1.23456, 1, 2), 1.2, "times", "x"),
        Result("b", Spread(5, 4, 6), 8, "ms", "y"),
        Result("c", Spread(0.9, 0.8, 1), None, "times", "z"),
    ]
    write_json(file, rows)

    assert json.loads(file.read_text(encoding="utf-8")) == [
        {"name": "a", "ratio": 1.235, "low": 1, "high": 2, "bar": 1.2},
        {"name": "b", "ratio": 5, "low": 4, "high": 6, "bar": 8, "unit": "ms"},
        {"name": "c", "ratio": 0.9, "low": 0.8, "high": 1, "bar": None},
    ]


def test_a_figure_without_a_bar_is_shown_without_a_verdict() -> None:
    console = Console(width=120, record=True)

    print_table(console, [Result("watched", Spread(0.9, 0.8, 1), None, "times", "9/s against 10/s")])

    shown = console.export_text()
    assert re.search(r"watched +0\.90 +0\.80 +1\.00 +9/s against 10/s", shown)
    assert "reached" not in shown
    assert "missed" not in shown
