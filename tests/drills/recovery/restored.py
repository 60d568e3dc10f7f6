"""The write database is restored to an earlier day, and new commands take the numbers that others had."""

import asyncio
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from tests.drills.checker.asking import read_checkpoints
from tests.drills.checker.evidence import Checkpoint
from tests.drills.recovery.stage import Numbers, Stage, heads_of
from tests.drills.resting import until_recovered

EARLIER: Final = "the write database is of an earlier day"


async def restored(stage: Stage) -> str:
    """What was noticed, and what `new-epoch` said. Raises what engines and processes raise, and TooLate."""
    copy = await _copied(stage)
    told = stage.told
    kept, commands, reads = await asyncio.to_thread(stage.numbers), len(told.commands), len(told.reads)
    await stage.load("lost")
    await stage.rest()
    lost = await asyncio.to_thread(stage.numbers)
    await _put_back(stage, copy)
    del told.commands[commands:], told.reads[reads:]
    await stage.load("anew")
    said = await stage.until_noticed(EARLIER)
    await asyncio.to_thread(_see_that_nothing_wrong_was_applied, stage, kept, lost)
    done = await stage.system.outbox_relay("new-epoch")
    stage.recovery = await until_recovered(stage.system)
    await stage.rest()
    await stage.load("in-the-new-epoch")
    await stage.rest()
    return f"{len(lost) - len(kept)} events gone; {said}; {done}"


def _see_that_nothing_wrong_was_applied(stage: Stage, kept: Numbers, lost: Numbers) -> None:
    now = stage.numbers()
    stage.own.expect(any(now.get(place, one) != one for place, one in lost.items()), "no number was used anew")
    stage.own.counts["partitions that held what was gone"] = sum(
        head > heads_of(kept).get(partition, 0) for partition, head in heads_of(lost).items()
    )
    for complaint in wrongly_applied(kept, lost, now, read_checkpoints(stage.system.urls["read-db"])):
        stage.own.fault(complaint)


def wrongly_applied(
    kept: Numbers, lost: Numbers, now: Numbers, checkpoints: Mapping[int, Checkpoint]
) -> Iterator[str]:  # fmt: skip
    """Complaints. `lost` is the log before the restore, `kept` what the restored one had of it, `now` what it has.

    Where the read models hold what is gone, nothing of the log as it is now may have been put on top.
    """
    before, gone = heads_of(kept), heads_of(lost)
    for partition, checkpoint in checkpoints.items():
        place = partition, checkpoint.sequence
        head = gone.get(partition, 0)
        if head > before.get(partition, 0):
            fine = checkpoint.sequence == head and lost[place] == checkpoint.event_id
        else:
            fine = now.get(place, "") == checkpoint.event_id
        if not fine:
            yield f"after the restore, partition {partition} went on to {checkpoint.sequence}, {checkpoint.event_id}"


async def _copied(stage: Stage) -> Path:
    part, folder = stage.system.parts["write-db"], _folder(stage)
    copy = folder.with_name("write-db-earlier")
    await part.stop()
    await asyncio.to_thread(_copy, folder, copy)
    await part.start()
    await part.until_ready()
    return copy


async def _put_back(stage: Stage, copy: Path) -> None:
    part, folder = stage.system.parts["write-db"], _folder(stage)
    await part.stop()
    await asyncio.to_thread(shutil.rmtree, folder)
    await asyncio.to_thread(copy.rename, folder)
    await part.start()
    await part.until_ready()


def _folder(stage: Stage) -> Path:
    return stage.system.lodging.folder / "write-db"


def _copy(source: Path, target: Path) -> None:
    """With owners, which shutil leaves behind."""
    subprocess.run(["cp", "-a", source, target], check=True)
