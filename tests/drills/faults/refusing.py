"""A Redis that answers and takes no writes: its memory is full, it cannot save, it has become a replica."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import redis

from tests.drills.faults.proof import NotHappened, Scene
from tests.drills.faults.redis_data import PROBE, as_soon_as, on_redis
from tests.drills.pace import until_after
from tests.drills.schedule import Fault

NOBODY: Final = ("127.0.0.1", "1")
"""Where no server listens, so that a replica of it keeps what it has."""


async def fill_memory(scene: Scene, fault: Fault) -> str:
    """A memory limit below what is used already, for `seconds`."""
    return await _refusing(
        scene,
        fault,
        lambda client: client.config_set("maxmemory", "100kb"),
        lambda client: client.config_set("maxmemory", "0"),
        "maxmemory",
    )


async def read_only(scene: Scene, fault: Fault) -> str:
    """A replica of a server that is not there, for `seconds`; then its own master again."""
    return await _refusing(
        scene,
        fault,
        lambda client: client.replicaof(*NOBODY),
        lambda client: client.replicaof("NO", "ONE"),
        "read only",
    )


async def cannot_save(scene: Scene, fault: Fault) -> str:
    """A folder that its snapshot cannot be written to, for `seconds`."""
    folder = scene.system.lodging.folder / "redis"
    mode = folder.stat().st_mode & 0o777

    def begin(client: "redis.Redis") -> None:
        client.config_set("save", "3600 1")
        client.bgsave(schedule=True)

    await asyncio.to_thread(folder.chmod, 0o500)
    try:
        return await _refusing(scene, fault, begin, lambda client: client.config_set("save", ""), "MISCONF")
    finally:
        await asyncio.to_thread(folder.chmod, mode)


async def _refusing(
    scene: Scene, fault: Fault, begin: Callable[["redis.Redis"], Any], end: Callable[["redis.Redis"], Any], word: str
) -> str:
    """Writes must be refused for the reason with `word` in it after `begin`, and be taken again after `end`."""
    try:
        await on_redis(scene, lambda client: str(begin(client)))
        words = await as_soon_as(scene, lambda client: _refusal(client, word), "a write was accepted")
        await until_after(fault.seconds)
    finally:
        await on_redis(scene, lambda client: str(end(client)))
    if left := await on_redis(scene, lambda client: _refusal(client, "") or ""):
        raise NotHappened(f"it goes on refusing: {left}")
    return f"{words}, for {fault.seconds:.1f} s"


def _refusal(client: "redis.Redis", word: str) -> str | None:
    try:
        client.set(PROBE, "1")
        client.delete(PROBE)
    except redis.ResponseError as error:
        return f"a write was refused: {str(error)[:40]}" if word.lower() in str(error).lower() else None
    return None
