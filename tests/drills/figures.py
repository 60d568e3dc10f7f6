"""What the processes say of themselves: their figures of healing, and how fresh they are."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from tests.bench.client import ConnectionLost, ask, write_request

WORKERS: Final = ("relay-1", "relay-2", "projector-1", "projector-2")
FRESH: Final = 5.0
"""Seconds that an idle system may be behind, by its own word: heads come once a second."""
_HEALING: Final = re.compile(r"^(\w*(?:replay|gap|refused)\w*?)(?:_total)?(?:\{[^}]*\})? ([0-9.e+-]+)$", re.MULTILINE)


async def healing(ports: Mapping[str, int]) -> dict[str, float]:
    """The sum of every figure about replays, gaps and refused publishes, per worker. Raises OSError, TimeoutError."""
    sums: dict[str, float] = {}
    for name in WORKERS:
        for figure, value in figures_of((await _metrics(ports[name])).decode()):
            key = f"{figure} of {name}"
            sums[key] = sums.get(key, 0.0) + value
    return sums


def figures_of(text: str) -> list[tuple[str, float]]:
    """The figures of healing in a page of metrics, one for each line."""
    found = [(name, float(value)) for name, value in _HEALING.findall(text)]
    return [(name, value) for name, value in found if not name.endswith("_created")]


def grown(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """By how much each figure is higher."""
    return {name: value - before.get(name, 0.0) for name, value in after.items()}


async def stale(port: int) -> str | None:
    """What query-api, at `port`, says of its freshness if it knows itself to be behind; None if it does not."""
    try:
        answer = await ask(port, write_request("GET", "/api/v1/projections"))
    except (OSError, ConnectionLost, TimeoutError) as error:
        return f"/api/v1/projections: {type(error).__name__}"
    if answer.status != 200:
        return f"/api/v1/projections: HTTP {answer.status}"
    return staleness(json.loads(answer.body))


def staleness(document: Mapping[str, Any]) -> str | None:
    """The complaint in an answer of /api/v1/projections, if there is one."""
    behind = {one["partition"]: one["events_behind"] for one in document["partitions"] if one["events_behind"]}
    seconds = document["seconds_behind"]
    if behind:
        return f"query-api says that it is behind: {behind}"
    if seconds is None or seconds > FRESH:
        return f"query-api says that it is {seconds} s behind"
    return None


async def _metrics(port: int) -> bytes:
    try:
        return (await ask(port, write_request("GET", "/metrics"))).body
    except ConnectionLost as error:
        raise OSError(str(error)) from error
