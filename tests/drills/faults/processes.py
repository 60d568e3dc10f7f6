"""Processes killed, asked to stop, and paused."""

from tests.drills.faults.proof import NotHappened, Scene
from tests.drills.pace import until_after
from tests.drills.running import STOPS_WITHIN
from tests.drills.schedule import Fault


async def kill(scene: Scene, fault: Fault) -> str:
    """SIGKILL, and after a while a new start."""
    part = scene.system.parts[fault.target]
    before = part.pid
    await part.kill()
    scene.told.read_crashes += fault.target == "read-db"
    await until_after(fault.seconds)
    await scene.system.start_again(fault.target)
    return _changed(before, part.pid)


async def terminate(scene: Scene, fault: Fault) -> str:
    """The signal to stop, and after a while a new start. It must end by itself, in time, with status 0."""
    part = scene.system.parts[fault.target]
    before = part.pid
    code, seconds = await part.stop()
    if code != 0:
        scene.complaints.append(f"{fault.target} ended with {code}, {seconds:.1f} s after it was asked to stop")
    await until_after(fault.seconds)
    await scene.system.start_again(fault.target)
    return f"{_changed(before, part.pid)}, ended within {min(seconds, STOPS_WITHIN):.1f} s"


async def pause(scene: Scene, fault: Fault) -> str:
    """SIGSTOP, and SIGCONT after `seconds`."""
    part = scene.system.parts[fault.target]
    try:
        if not part.pause():
            raise NotHappened(f"{fault.target} has not stopped")
        count = len(part.paused)
        await until_after(fault.seconds)
    finally:
        part.resume()
    return f"{count} processes stood still for {fault.seconds:.1f} s"


def _changed(before: int | None, after: int | None) -> str:
    if before is None or after is None or before == after:
        raise NotHappened(f"the pid was {before} and is {after}")
    return f"pid {before} became {after}"
