"""What becomes of streams whose clients do not read, and of all of them when the process is told to stop."""

import asyncio
import signal
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from time import monotonic

from tests.integration.query_api.process import serving
from tests.integration.query_api.streaming import crowd, deaf, figure, stream, until_cut, until_figure
from tests.suites.query_rows import OrderRow, connection, store_orders

MANY = 500
IMPATIENT = {"QUERY_API_STREAM_PATIENCE_SECONDS": "0.5"}
MEMORY = "process_resident_memory_bytes"
LONG = 100_000
"""Bytes of an event that is too long for what the system holds back for a connection."""


def store_long(database_url: str, order: OrderRow, versions: Sequence[int]) -> None:
    """Events of the order that are each too long."""
    with connection(database_url) as writer:
        writer.execute(
            "INSERT INTO order_history SELECT %s, version, json_build_object('data', repeat('x', %s))"
            " FROM unnest(%s::bigint[]) AS version",
            [order.order_id, LONG, list(versions)],
        )


async def test_who_does_not_read_is_cut_off_and_may_come_back_where_he_was(
    shared_database_url: str, read_database_url: str, tmp_path: Path
) -> None:
    order = OrderRow()
    path = f"/api/v1/orders/{order.order_id}/events"
    store_orders(read_database_url, [order])
    store_long(read_database_url, order, range(2, 102))
    with serving(shared_database_url, tmp_path / "log", IMPATIENT) as process, ExitStack() as stack:
        before = figure(process, MEMORY)
        deaf_ones = [stack.enter_context(deaf(process, path, seen=0)) for _ in range(20)]
        await until_figure(process, "event_streams_open", 20)
        async with stream(process, path, {"Last-Event-ID": "0"}) as reading:
            assert [(await reading.event()).id for _ in range(101)] == list(range(1, 102))
            await until_figure(process, 'event_streams_total{outcome="slow"}', 20)
            assert figure(process, "event_streams_open") == 1
        # Each was a hundred events behind, of which a fifth may be in memory at once; twice while they are joined.
        assert figure(process, MEMORY) - before < 20 * 60 * LONG
        assert max(until_cut(one) for one in deaf_ones) < 10 * LONG
        async with stream(process, path, {"Last-Event-ID": "7"}) as back:
            assert [(await back.event()).id for _ in range(3)] == [8, 9, 10]
        assert '"level":"error"' not in process.log.read_text()


async def test_told_to_stop_it_ends_every_stream_within_two_seconds(
    shared_database_url: str, read_database_url: str, tmp_path: Path
) -> None:
    order, long = OrderRow(), OrderRow()
    path = f"/api/v1/orders/{order.order_id}/events"
    store_orders(read_database_url, [order, long])
    store_long(read_database_url, long, range(2, 22))
    with serving(shared_database_url, tmp_path / "log") as process, ExitStack() as stack:
        readers = await crowd(process, path, MANY - 5)
        for _ in range(5):
            stack.enter_context(deaf(process, f"/api/v1/orders/{long.order_id}/events", seen=0))
        await until_figure(process, "event_streams_open", MANY)
        told = monotonic()
        process.popen.send_signal(signal.SIGTERM)
        ends = await asyncio.gather(*(reader.read() for reader in readers))
        assert all(end.endswith(b"\r\n0\r\n\r\n") for end in ends)
        assert await asyncio.to_thread(process.popen.wait, 10) == 0
        assert monotonic() - told < 2
        assert '"level":"error"' not in process.log.read_text()
