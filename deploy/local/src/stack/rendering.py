"""`status`, for machines and for people."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

COLUMNS = ("name", "state", "pid", "url", "detail")


def as_json(parts: Iterable[Mapping[str, Any]]) -> str:
    """One JSON object: for each part its pid (null when it does not run), its state and its URL."""
    return json.dumps({part["name"]: {key: part[key] for key in ("pid", "state", "url")} for part in parts}, indent=2)


def as_table(parts: Iterable[Mapping[str, Any]]) -> list[str]:
    """Aligned lines, with the reason beside whatever is not ready."""
    rows = [COLUMNS, *(tuple("-" if part[key] is None else str(part[key]) for key in COLUMNS) for part in parts)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
