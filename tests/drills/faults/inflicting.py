"""From a planned fault to its proof."""

from collections.abc import Awaitable, Callable
from subprocess import SubprocessError
from typing import Final

import psutil
import psycopg

from tests.drills.faults import database, links, poison, processes, redis_data, redis_file, refusing
from tests.drills.faults.proof import NotHappened, Proof, Scene
from tests.drills.pace import TooLate, until_after
from tests.drills.schedule import Fault

Inflict = Callable[[Scene, Fault], Awaitable[str]]

FAULTS: Final[dict[str, Inflict]] = {
    "kill": processes.kill,
    "terminate": processes.terminate,
    "pause": processes.pause,
    "flush-all": redis_data.flush_all,
    "flush-scripts": redis_data.flush_scripts,
    "delete-stream": redis_data.delete_stream,
    "destroy-group": redis_data.destroy_group,
    "lose-unread": redis_data.lose_unread,
    "fill-memory": refusing.fill_memory,
    "cannot-save": refusing.cannot_save,
    "read-only": refusing.read_only,
    "cut-file": redis_file.cut_file,
    "older-file": redis_file.older_file,
    "cut-link": links.cut_link,
    "slow-link": links.slow_link,
    "swallow-link": links.swallow_link,
    "hold-transaction": database.hold_transaction,
    "poison": poison.poison,
}


async def inflict(scene: Scene, fault: Fault) -> Proof:
    """When it is due. Returns when the fault is taken away; the system may not have recovered yet."""
    await until_after(fault.after)
    try:
        return Proof(fault, True, await FAULTS[fault.kind](scene, fault))
    except (NotHappened, TooLate, OSError, RuntimeError, SubprocessError, psutil.Error, psycopg.Error) as error:
        return Proof(fault, False, f"{type(error).__name__}: {error}")
