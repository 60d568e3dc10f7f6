"""How people and programs are told whether the read models are what the log says."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column, Table

from projector.application.verifying import Report, names_of
from projector.application.verifying_ports import Difference, Texts

_SHOWN: Final = 20
"""Differences that people are shown."""


@contextmanager
def progress(console: Console) -> Iterator[Callable[[int, int], None]]:
    """A bar on `console`, where somebody looks on, and what moves it."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("events of the log", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def as_json(reports: Sequence[Report]) -> str:
    """A list of objects, one for each look."""
    return orjson.dumps([_look(report) for report in reports]).decode()


def _look(report: Report) -> dict[str, Any]:
    return {
        "events": report.events,
        "rows": report.rows,
        "different": report.different,
        "found": [
            {"table": one.model.table, "key": one.key, "folded": one.folded, "stored": one.stored}
            for one in report.found
        ],
        "set_aside": names_of(report.set_aside),
        "mended": report.mended,
    }


def tell(console: Console, reports: Sequence[Report]) -> None:
    """The same for people; of the differences the first ones."""
    for report in reports:
        if report.found:
            console.print(_differences(report))
        if report.set_aside:
            names = ", ".join(names_of(report.set_aside)[:_SHOWN])
            console.print(f"not compared, because events are parked: {names}, and what adds up over all", markup=False)
        rows = f"{sum(report.rows.values()):,} rows against {report.events:,} events"
        mended = f", {report.mended:,} mended" if report.mended else ""
        console.print(f"{rows}: {f'{report.count:,} differ{mended}' if report.count else 'all as the log says'}")


def _differences(report: Report) -> Table:
    table = Table("read model", Column("key", overflow="fold"), "column", "as the log says", "as it is stored")
    for one in report.found[:_SHOWN]:
        for name, folded, stored in _columns(one):
            table.add_row(one.model.table, " ".join(map(str, one.key)), name, folded, stored)
    return table


def _columns(one: Difference) -> Iterator[tuple[str, str, str]]:
    """The columns that differ; of a row that only one side has, all but the key in one."""
    if one.folded is None or one.stored is None:
        yield "(the row)", _there(one.folded), _there(one.stored)
        return
    for column, folded, stored in zip(one.model.columns, one.folded, one.stored, strict=True):
        if folded != stored:
            yield column.name, str(folded), str(stored)


def _there(row: Texts | None) -> str:
    return "is there" if row is not None else "is not there"
