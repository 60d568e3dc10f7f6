"""Equal: the read models are the fold of the log, document by document and total by total."""

from collections import defaultdict
from collections.abc import Sequence

import orjson

from tests.drills.checker.evidence import Event, Log, ReadSide
from tests.drills.checker.finding import Finding
from tests.drills.checker.folding import (
    Document,
    command_after,
    history_of,
    next_order,
    product_after,
    summary_of,
    token_after,
)
from tests.drills.checker.sums import check_sums
from tests.drills.told import Read


def check_equal(log: Log, side: ReadSide, reads: Sequence[Read]) -> Finding:
    """Every stored document, and every answer of which the body was kept, against the fold at its version."""
    finding = Finding("equal")
    kept: defaultdict[tuple[str, int], set[bytes]] = defaultdict(set)
    for read in reads:
        if read.body and read.about == "orders":
            kept[read.subject, read.version].add(read.body)
    lives: defaultdict[str, list[Event]] = defaultdict(list)
    last: defaultdict[str, dict[str, Event]] = defaultdict(dict)
    for event in log.events:
        if event.aggregate[0] == "order":
            lives[event.aggregate[1]].append(event)
        else:
            last[event.aggregate[0]][event.aggregate[1]] = event
    totals: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for order_id, life in lives.items():
        order = _check_order(finding, order_id, life, side, kept)
        if order is not None:
            totals[order["status"]][0] += 1
            totals[order["status"]][1] += order["total_cents"]
    _check_products(finding, last["product"], side)
    _check_commands(finding, last["command"], side)
    check_sums(finding, lives.values(), side)
    _check_nothing_more(finding, lives, last, side)
    folded = {status: (count, total) for status, (count, total) in totals.items()}
    finding.expect(folded == side.totals, f"totals by status are {side.totals}, the fold has {folded}")
    finding.counts["statuses"] = len(folded)
    for (order_id, version), bodies in kept.items():
        for _ in bodies:
            finding.fault(f"version {version} of order {order_id} was answered otherwise than the log has it")
    return finding


def _check_order(
    finding: Finding,
    order_id: str,
    life: Sequence[Event],
    side: ReadSide,
    kept: dict[tuple[str, int], set[bytes]],
) -> Document | None:
    order: Document | None = None
    for event in life:
        envelope = orjson.loads(event.raw)
        try:
            order = next_order(order, envelope)
        except LookupError as error:
            finding.fault(str(error))
            return None
        entry = side.history.get((order_id, event.version))
        fine = entry is not None and orjson.loads(entry) == history_of(envelope)
        finding.expect(fine, f"order_history has version {event.version} of {order_id} otherwise, or not at all")
        finding.counts["history"] += 1
        for body in kept.pop((order_id, event.version), ()):
            finding.expect(orjson.loads(body) == order, f"a GET of {order_id} showed version {event.version} otherwise")
            finding.counts["answers"] += 1
    if order is not None:
        _check_stored(finding, order_id, order, side)
    return order


def _check_stored(finding: Finding, order_id: str, order: Document, side: ReadSide) -> None:
    version, doc = side.orders.get(order_id, (0, b"null"))
    finding.expect(
        version == order["version"] and orjson.loads(doc) == order,
        f"order_view has {order_id} at version {version}, the fold at {order['version']}, or another document",
    )
    finding.counts["orders"] += 1
    row = side.summaries.get(order_id)
    if row is None:
        finding.fault(f"order_summary lacks {order_id}")
        return
    skus = [line["sku"] for line in order["items"]]
    columns = (row.status, row.total_cents, row.skus, row.customer_id)
    fine = columns == (order["status"], order["total_cents"], skus, order["customer_id"])
    finding.expect(fine and orjson.loads(row.doc) == summary_of(order), f"order_summary has {order_id} otherwise")
    finding.counts["summaries"] += 1


def _check_products(finding: Finding, products: dict[str, Event], side: ReadSide) -> None:
    for sku, event in products.items():
        document = product_after(orjson.loads(event.raw))
        version, listed, doc = side.products.get(sku, (0, False, b"null"))
        fine = (version, listed) == (event.version, document["listed"]) and orjson.loads(doc) == document
        finding.expect(fine, f"product_view has {sku} at version {version}, the fold at {event.version}, or otherwise")
        finding.counts["products"] += 1


def _check_commands(finding: Finding, commands: dict[str, Event], side: ReadSide) -> None:
    for command_id, event in commands.items():
        envelope = orjson.loads(event.raw)
        version, token, doc = side.commands.get(command_id, (0, None, b"null"))
        fine = (version, token) == (event.version, token_after(envelope)) and orjson.loads(doc) == command_after(
            envelope
        )
        where = f"at version {version}, the fold at {event.version}, or otherwise"
        finding.expect(fine, f"command_status has {command_id} {where}")
        finding.counts["commands"] += 1


def _check_nothing_more(
    finding: Finding, lives: dict[str, list[Event]], last: dict[str, dict[str, Event]], side: ReadSide
) -> None:
    events = sum(len(life) for life in lives.values())
    for table, stored, folded in (
        ("order_view", len(side.orders), len(lives)),
        ("order_summary", len(side.summaries), len(lives)),
        ("order_history", len(side.history), events),
        ("product_view", len(side.products), len(last["product"])),
        ("command_status", len(side.commands), len(last["command"])),
    ):
        finding.expect(stored <= folded, f"{table} has {stored} rows, the fold {folded}")
