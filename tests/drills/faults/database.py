"""A transaction that somebody has left open in the write database."""

import psycopg

from tests.drills.faults.proof import NotHappened, Scene
from tests.drills.pace import until_after
from tests.drills.schedule import Fault

_SEEN = """
SELECT extract(epoch FROM clock_timestamp() - xact_start)::float8 FROM pg_stat_activity
WHERE pid = %s AND state = 'idle in transaction' AND backend_xid IS NOT NULL
"""


async def hold_transaction(scene: Scene, fault: Fault) -> str:
    """It has a transaction id, so that every snapshot taken meanwhile has it among those under way."""
    url = scene.system.urls["write-db"]
    try:
        async with await psycopg.AsyncConnection.connect(url) as holding:
            await holding.execute("SELECT pg_current_xact_id()")
            await until_after(fault.seconds)
            async with await psycopg.AsyncConnection.connect(url, autocommit=True) as looking:
                row = await (await looking.execute(_SEEN, [holding.info.backend_pid])).fetchone()
    except psycopg.Error as error:
        raise NotHappened(f"write-db: {error}") from error
    if row is None or row[0] < fault.seconds:
        raise NotHappened("the transaction was not seen to be open")
    return f"open for {row[0]:.1f} s"
