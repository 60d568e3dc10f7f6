"""The wake-up call inside the read database: which aggregates have just changed, up to which version.

projector sends it with NOTIFY in the transaction that changes the read model; query-api listens, so that a
reader who waits for a version of his own is woken the moment it is there.
"""

from collections.abc import Iterable, Iterator
from typing import Final

PAYLOAD_LIMIT: Final = 7_900
"""Bytes; Postgres takes payloads of less than 8,000 (https://www.postgresql.org/docs/current/sql-notify.html)."""

Change = tuple[str, str, int]
"""Aggregate type, aggregate id, version."""


def channel(generation: str) -> str:
    """The NOTIFY channel of a generation of read models."""
    return f"read_model_{generation}"


def encode_changes(changes: Iterable[Change]) -> list[str]:
    """Payloads that together carry all `changes`, each short enough for one NOTIFY."""
    payloads: list[str] = []
    lines: list[str] = []
    size = 0
    for aggregate_type, aggregate_id, version in changes:
        line = f"{aggregate_type} {version} {aggregate_id}"
        if size + len(line) + 1 > PAYLOAD_LIMIT:
            payloads.append("\n".join(lines))
            lines, size = [], 0
        lines.append(line)
        size += len(line) + 1
    if lines:
        payloads.append("\n".join(lines))
    return payloads


def decode_changes(payload: str) -> Iterator[Change]:
    """What one payload tells. Raises ValueError for a payload of another kind."""
    for line in payload.splitlines():
        aggregate_type, version, aggregate_id = line.split(" ", 2)
        yield aggregate_type, aggregate_id, int(version)
