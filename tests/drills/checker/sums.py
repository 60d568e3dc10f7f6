"""Sums that the log adds up to: what customers have ordered, and what was sold and cancelled on a day."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

import orjson

from tests.drills.checker.evidence import Event, ReadSide
from tests.drills.checker.finding import Finding

Customers = dict[tuple[str, str], tuple[int, int, int, str]]
"""By customer and currency: orders, those confirmed, cents, the moment of the last one."""
Days = dict[tuple[str, str], tuple[int, ...]]
"""By day and currency: orders, units and cents that were sold; then what was cancelled of them."""
_NOTHING: Final = (0, 0, 0)


def check_sums(finding: Finding, lives: Iterable[Sequence[Event]], side: ReadSide) -> None:
    """Every row of both, and nothing more."""
    customers, days = sums_of(lives)
    for table, stored, folded in (
        ("customer_summary", side.customers, customers),
        ("sales_daily", side.days, days),
    ):
        for key in stored.keys() | folded.keys():
            has, should = stored.get(key), folded.get(key)
            finding.expect(has == should, f"{table} has {has} for {' '.join(key)}, the fold {should}")
        finding.counts[table] = len(folded)


def sums_of(lives: Iterable[Sequence[Event]]) -> tuple[Customers, Days]:
    """What the events of all orders, each from its first on, add up to."""
    customers: defaultdict[tuple[str, str], list[tuple[int, int, int, str]]] = defaultdict(list)
    days: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * 6)
    for life in lives:
        events = [orjson.loads(event.raw) for event in life]
        sold = _NOTHING
        for event in events:
            data = event["data"]
            now = (1, data["item_count"], data["total_cents"]) if data["status"] in _SOLD else _NOTHING
            sign, offset = (1, 0) if sold == _NOTHING else (-1, 3)
            if now != sold:
                row = days[event["time"][:10], data["currency"]]
                for place in range(3):
                    row[offset + place] += sign * (now[place] - sold[place])
            sold = now
        first, last = events[0], events[-1]["data"]
        whose = (first["data"]["customer_id"], last["currency"])
        customers[whose].append((1, sold[0], sold[2], first["time"]))
    totals = {whose: _added(rows) for whose, rows in customers.items()}
    return totals, {key: tuple(row) for key, row in days.items()}


_SOLD: Final = ("CONFIRMED", "COMPLETED")


def _added(rows: list[tuple[int, int, int, str]]) -> tuple[int, int, int, str]:
    orders, confirmed, cents, moments = zip(*rows, strict=True)
    return sum(orders), sum(confirmed), sum(cents), max(moments)
