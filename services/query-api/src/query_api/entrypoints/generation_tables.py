"""How people and programs are shown generations."""

from collections.abc import Sequence
from typing import Any

import orjson
from rich.table import Column, Table

from query_api.application.generations.reporting import Status
from query_api.application.generations.standing import Compared, Report


def json_of(value: Any) -> str:
    """For programs: what the verbs answer, with the names of its fields."""
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


def status_as_json(status: Status) -> str:
    """Which generation is live, and what there is of each."""
    return json_of(
        {
            "live": status.live.generation,
            "previous": status.live.previous,
            "promoted_at": status.live.promoted_at,
            "generations": [
                {
                    "generation": report.standing.generation,
                    "epoch": report.standing.epoch,
                    "rows": report.rows,
                    "sequences": report.standing.sequences,
                    "events_behind": status.events_behind(report),
                    "parked": report.standing.parked,
                    "missing_indexes": report.missing_indexes,
                }
                for report in status.reports
            ],
        }
    )


def status_as_table(status: Status) -> Table:
    """The same for people: a column for each generation."""
    table = Table("", *(Column(report.standing.generation, justify="right") for report in status.reports))
    for title, cells in _lines(status):
        table.add_row(title, *cells)
    return table


def compared_as_json(compared: Sequence[Compared]) -> str:
    """Read model by read model."""
    return json_of(
        [
            {
                "read_model": one.read_model,
                "same": one.same,
                "live": {"rows": one.live.rows, "digest": one.live.digest},
                "other": {"rows": one.other.rows, "digest": one.other.digest},
            }
            for one in compared
        ]
    )


def compared_as_table(compared: Sequence[Compared], name: str) -> Table:
    """The same for people."""
    table = Table("read model", Column("rows live", justify="right"), Column(f"rows {name}", justify="right"), "")
    for one in compared:
        difference = "rows" if one.live.rows != one.other.rows else "contents"
        said = "same" if one.same else f"differs in {difference}"
        table.add_row(one.read_model, f"{one.live.rows:,}", f"{one.other.rows:,}", said)
    return table


def _lines(status: Status) -> list[tuple[str, list[str]]]:
    reports = status.reports
    partitions = sorted({partition for report in reports for partition in report.standing.sequences})
    return [
        ("state", [_state(status, report) for report in reports]),
        *((model, [f"{report.rows[model]:,}" for report in reports]) for model in reports[0].rows),
        ("epoch", [str(report.standing.epoch or "-") for report in reports]),
        *(
            (f"partition {partition}", [_progress(status, report, partition) for report in reports])
            for partition in partitions
        ),
        ("parked events", [f"{report.standing.parked:,}" for report in reports]),
        ("indexes", [_indexes(report) for report in reports]),
    ]


def _state(status: Status, report: Report) -> str:
    named = {status.live.generation: "live", status.live.previous: "previous"}
    return named.get(report.standing.generation, "-")


def _progress(status: Status, report: Report, partition: int) -> str:
    behind = status.events_behind(report).get(partition, 0)
    sequence = f"{report.standing.sequences.get(partition, 0):,}"
    return f"{sequence} ({behind:,} behind)" if behind else sequence


def _indexes(report: Report) -> str:
    return f"{len(report.missing_indexes)} missing" if report.missing_indexes else "all"
