"""Contiguous: versions, sequences and ticks have no hole and no double, and the streams carry what the log says."""

from collections import defaultdict
from collections.abc import Sequence

from tests.drills.checker.evidence import Entry, Event, Log, Streams
from tests.drills.checker.finding import Finding


def check_contiguous(log: Log, streams: Streams) -> Finding:
    """The log by itself, and each stream against the log."""
    finding = Finding("contiguous")
    _versions(finding, log.events)
    _ticks(finding, log)
    numbered: defaultdict[int, list[Event]] = defaultdict(list)
    for event in log.events:
        numbered[event.partition].append(event)
    for partition, entries in streams.entries.items():
        _stream(finding, partition, entries, numbered[partition], streams.removed.get(partition, set()))
    return finding


def _versions(finding: Finding, events: Sequence[Event]) -> None:
    versions: dict[tuple[str, str], int] = {}
    homes: dict[tuple[str, str], int] = {}
    ids: set[str] = set()
    for event in events:
        expected = versions.get(event.aggregate, 0) + 1
        finding.expect(event.version == expected, f"version {event.version} of {event.aggregate}, not {expected}")
        versions[event.aggregate] = event.version
        home = homes.setdefault(event.aggregate, event.partition)
        finding.expect(home == event.partition, f"{event.aggregate} in partitions {home} and {event.partition}")
        finding.expect(event.event_id not in ids, f"event id {event.event_id} twice")
        ids.add(event.event_id)
    finding.counts["events"] = len(events)
    finding.counts["aggregates"] = len(versions)


def _ticks(finding: Finding, log: Log) -> None:
    """Each tick's heads are the count of events up to it."""
    heads = [0] * log.partitions
    events = iter(log.events)
    event = next(events, None)
    for expected, tick in enumerate(log.ticks):
        finding.expect(tick.number == expected, f"tick {tick.number}, not {expected}")
        while event is not None and event.tick == tick.number:
            heads[event.partition] += 1
            event = next(events, None)
        finding.expect(list(tick.heads) == heads, f"tick {tick.number} has heads {tick.heads}, not {heads}")
    finding.counts["ticks"] = len(log.ticks)


def _stream(
    finding: Finding, partition: int, entries: Sequence[Entry], events: Sequence[Event], removed: set[int]
) -> None:
    before = None
    for entry in entries:
        at = f"{entry.sequence}-{entry.second} of partition {partition}"
        if before is not None:
            lost = set(range(before + 1, entry.sequence)) - removed
            finding.expect(not lost, f"the stream lacks {len(lost)} entries before {at}")
        before = entry.sequence
        if entry.second != 0 or not 0 < entry.sequence <= len(events):
            finding.fault(f"the log has no {at}")
            continue
        event = events[entry.sequence - 1]
        finding.expect(entry.event_id == event.event_id, f"{at} is another event than the log's")
        finding.expect(entry.raw == event.raw, f"{at} has other bytes than the log's")
        prev = events[entry.sequence - 2].event_id if entry.sequence > 1 else ""
        finding.expect(entry.prev == prev, f"{at} says that {entry.prev!r} comes before it, the log {prev!r}")
        finding.counts["entries"] += 1
