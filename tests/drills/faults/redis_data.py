"""What Redis may lose while it runs: everything, its scripts, a stream, a group, unread entries."""

import asyncio
from collections.abc import Callable
from typing import Any

import redis

from tests.drills.checker.asking import last_id, read_checkpoints, read_stream
from tests.drills.faults.proof import NotHappened, Scene
from tests.drills.pace import TooLate, until
from tests.drills.schedule import PARTITIONS, Fault

PROBE = "drill:probe"
WITHIN = 5.0


async def flush_all(scene: Scene, fault: Fault) -> str:
    """FLUSHALL."""

    def act(client: "redis.Redis") -> str:
        client.set(PROBE, "1")
        keys = client.dbsize()
        client.flushall()
        if client.exists(PROBE):
            raise NotHappened("a key has outlived FLUSHALL")
        scene.removed.clear()
        return f"{keys} keys gone"

    return await on_redis(scene, act)


async def flush_scripts(scene: Scene, fault: Fault) -> str:
    """SCRIPT FLUSH."""

    def act(client: "redis.Redis") -> str:
        known: Any = client.script_load("return 1")
        client.script_flush()
        if client.script_exists(known) != [False]:
            raise NotHappened("a script has outlived SCRIPT FLUSH")
        return "a known script is unknown"

    return await on_redis(scene, act)


async def delete_stream(scene: Scene, fault: Fault) -> str:
    """DEL of one partition's stream."""

    def act(client: "redis.Redis") -> str | None:
        for partition, key in _keys(scene, fault):
            if client.delete(key):
                scene.removed.pop(partition, None)
                return f"{key} gone"
        return None

    return await as_soon_as(scene, act, "no stream to delete")


async def destroy_group(scene: Scene, fault: Fault) -> str:
    """XGROUP DESTROY."""

    def act(client: "redis.Redis") -> str | None:
        for _, key in _keys(scene, fault):
            groups: Any = client.xinfo_groups(key) if client.exists(key) else []
            for group in groups:
                if client.xgroup_destroy(key, group["name"]):
                    return f"group {group['name'].decode()} of {key} gone"
        return None

    return await as_soon_as(scene, act, "no group to destroy")


async def lose_unread(scene: Scene, fault: Fault) -> str:
    """While both projectors stand still, XDEL or XTRIM of what no checkpoint has passed."""
    projectors = [scene.system.parts[name] for name in ("projector-1", "projector-2")]
    try:
        for projector in projectors:
            projector.pause()
        return await as_soon_as(scene, lambda client: _remove(scene, client, fault), "nothing unread to remove")
    finally:
        for projector in projectors:
            projector.resume()


def _remove(scene: Scene, client: "redis.Redis", fault: Fault) -> str | None:
    """At least a few: the first ones may be on their way to a projector that stands still."""
    at = read_checkpoints(scene.system.urls["read-db"])
    for partition, key in _keys(scene, fault):
        passed = at[partition].sequence if partition in at else 0
        if last_id(client, key) < passed + 8:
            continue
        unread = [entry.sequence for entry in read_stream(client, key) if entry.sequence > passed]
        if fault.amount < 0.5:
            gone: Any = client.xtrim(key, maxlen=1, approximate=False)
            return f"{gone} entries of {key} trimmed, {len(unread) - 1} of them unread"
        client.xdel(key, *(f"{sequence}-0" for sequence in unread))
        scene.removed.setdefault(partition, set()).update(unread)
        return f"{len(unread)} unread entries of {key} deleted"
    return None


def _keys(scene: Scene, fault: Fault) -> list[tuple[int, str]]:
    """All partitions, the fault's own first."""
    first = int(fault.target.rpartition(" ")[2])
    order = [(first + step) % PARTITIONS for step in range(PARTITIONS)]
    return [(partition, f"cqrs:events:{scene.epoch}:{partition}") for partition in order]


async def on_redis(scene: Scene, act: Callable[["redis.Redis"], str]) -> str:
    """What `act` says, asked in a thread. Raises NotHappened where Redis refuses or does not answer."""

    def run() -> str:
        with redis.Redis.from_url(scene.system.urls["redis"], socket_timeout=5) as client:
            return act(client)

    try:
        return await asyncio.to_thread(run)
    except redis.RedisError as error:
        raise NotHappened(f"redis: {error}") from error


async def as_soon_as(scene: Scene, act: Callable[["redis.Redis"], str | None], complaint: str) -> str:
    """What `act` says, tried again for a few seconds while it says nothing. Raises NotHappened with `complaint`."""
    words = ""

    async def tried() -> str | None:
        nonlocal words
        words = await on_redis(scene, lambda client: act(client) or "")
        return None if words else complaint

    try:
        await until(tried, WITHIN)
    except TooLate as error:
        raise NotHappened(str(error)) from None
    return words
