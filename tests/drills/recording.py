"""A few seconds of a real system, kept in a file: what the checker is tried on.

`python -m tests.drills.recording` makes the file anew, when events or documents have got another form.
"""

import asyncio
import gzip
import json
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from tests.drills.checker.asking import LogRows, fetch_log, numbered, read_read_side
from tests.drills.checker.evidence import Checkpoint, Entry, Log, ReadSide, Streams, Summary
from tests.drills.drill import Drill
from tests.drills.schedule import Round
from tests.drills.system import running_system
from tests.drills.told import Command, Read, Told

FILE: Final = Path(__file__).with_name("recorded.json.gz")
CLIENTS, RATE = 2, 14


def load() -> tuple[Told, Log, Streams, ReadSide]:
    """What was recorded, fresh at every call. The streams are those that the log asks for."""
    found = json.loads(gzip.decompress(FILE.read_bytes()))
    reads = [Read(**one | {"body": one["body"].encode()}) for one in found["reads"]]
    told = Told([Command(**one) for one in found["commands"]], reads)
    log = numbered(LogRows(**found["log"]))
    return told, log, streams_of(log), _side(found["side"])


def streams_of(log: Log) -> Streams:
    """The streams that carry `log`."""
    entries: dict[int, list[Entry]] = {partition: [] for partition in range(log.partitions)}
    for event in log.events:
        stream = entries[event.partition]
        prev = stream[-1].event_id if stream else ""
        stream.append(Entry(event.sequence, 0, event.event_id, prev, event.raw))
    return Streams(entries, {}, {"cqrs:replay:g1:3:one": 42})


def _side(found: dict[str, Any]) -> ReadSide:
    return ReadSide(
        orders={key: (version, doc.encode()) for key, version, doc in found["orders"]},
        summaries={key: Summary(**row | {"doc": row["doc"].encode()}) for key, row in found["summaries"]},
        history={(key, version): doc.encode() for key, version, doc in found["history"]},
        products={sku: (version, listed, doc.encode()) for sku, version, listed, doc in found["products"]},
        commands={key: (version, token, doc.encode()) for key, version, token, doc in found.get("commands", [])},
        totals={status: (count, total) for status, count, total in found["totals"]},
        customers={tuple(key): tuple(row) for key, row in found["customers"]},
        days={tuple(key): tuple(row) for key, row in found["days"]},
        checkpoints={partition: Checkpoint(*rest) for partition, *rest in found["checkpoints"]},
    )


async def _record(folder: Path) -> None:
    async with running_system(folder) as system:
        drill = Drill(system, CLIENTS, RATE)
        await drill.begin()
        await drill.play(Round(1, "recording/1", ()))
        drill.end()
        rows, side = fetch_log(system.urls["write-db"]), read_read_side(system.urls["read-db"])
        document = {
            "commands": [asdict(one) for one in drill.told.commands],
            "reads": [asdict(one) | {"body": one.body.decode()} for one in drill.told.reads],
            "log": rows._asdict(),
            "side": {
                "orders": [(key, version, doc.decode()) for key, (version, doc) in side.orders.items()],
                "summaries": [(key, asdict(row) | {"doc": row.doc.decode()}) for key, row in side.summaries.items()],
                "history": [(key, version, doc.decode()) for (key, version), doc in side.history.items()],
                "products": [(sku, *row[:2], row[2].decode()) for sku, row in side.products.items()],
                "commands": [(key, *row[:2], row[2].decode()) for key, row in side.commands.items()],
                "totals": [(status, *row) for status, row in side.totals.items()],
                "customers": list(side.customers.items()),
                "days": list(side.days.items()),
                "checkpoints": [(partition, *row) for partition, row in side.checkpoints.items()],
            },
        }
        FILE.write_bytes(gzip.compress(json.dumps(document).encode(), mtime=0))


if __name__ == "__main__":
    with TemporaryDirectory() as scratch:
        asyncio.run(_record(Path(scratch)))
    sys.stdout.write(f"{FILE.stat().st_size} bytes\n")
