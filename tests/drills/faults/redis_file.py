"""What Redis may lose when it dies: the tail of its file, or all since an older copy of it (a lagging replica)."""

import asyncio
import os
import shutil
from pathlib import Path

import redis

from tests.drills.faults.proof import NotHappened, Scene
from tests.drills.pace import until_after
from tests.drills.schedule import Fault

LONGEST_CUT = 60_000
"""Bytes."""


async def cut_file(scene: Scene, fault: Fault) -> str:
    """Killed, the last bytes of its file cut off (in the middle of a command, as often as not), started again."""
    part = scene.system.parts["redis"]
    before = await asyncio.to_thread(run_id, scene)
    await part.kill()
    file = max(_folder(scene).glob("*.incr.aof"), key=lambda path: path.stat().st_mtime)
    size = file.stat().st_size
    cut = min(size, 1 + int(fault.amount * LONGEST_CUT))
    os.truncate(file, size - cut)
    await until_after(fault.seconds)
    await scene.system.start_again("redis")
    return f"{cut} of {size} bytes cut off, {await _another(scene, before)}"


async def older_file(scene: Scene, fault: Fault) -> str:
    """A copy of its file now, a kill after `seconds`, and a start from the copy."""
    part, folder = scene.system.parts["redis"], _folder(scene)
    copy = folder.with_name("older-copy")
    before = await asyncio.to_thread(run_id, scene)
    await asyncio.to_thread(_copy, folder, copy)
    await until_after(fault.seconds)
    await part.kill()
    had, has = _size(folder), _size(copy)
    await asyncio.to_thread(shutil.rmtree, folder)
    # `removed` stays: what was taken out of the streams before is not in the copy either.
    copy.rename(folder)
    await scene.system.start_again("redis")
    return f"the file of {had} bytes became one of {has}, {await _another(scene, before)}"


def run_id(scene: Scene) -> str:
    """Redis' name for this run of itself. Raises NotHappened when it does not answer."""
    try:
        with redis.Redis.from_url(scene.system.urls["redis"], socket_timeout=5) as client:
            return str(client.info("server")["run_id"])
    except redis.RedisError as error:
        raise NotHappened(f"redis: {error}") from error


async def _another(scene: Scene, before: str) -> str:
    await scene.system.parts["redis"].until_ready()
    after = await asyncio.to_thread(run_id, scene)
    if after == before:
        raise NotHappened("the run id is the same")
    return f"run id {before[:8]} became {after[:8]}"


def _folder(scene: Scene) -> Path:
    return scene.system.lodging.folder / "redis" / "appendonlydir"


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir())


def _copy(folder: Path, copy: Path) -> None:
    """With the same owner: the server runs as somebody else than we do, where we are root."""
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder, copy)
    owner = folder.stat()
    for path in (copy, *copy.iterdir()):
        os.chown(path, owner.st_uid, owner.st_gid)
