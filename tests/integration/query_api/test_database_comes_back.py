"""A read database that dies, hangs, and returns."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

from query_api.migrations.run import migrate
from stack.engines import start_postgres
from tests import web
from tests.integration.query_api.process import Process, serving
from tests.suites.query_rows import OrderRow, connection, store_orders


def refused(process: Process, paths: list[str]) -> float:
    """Ask for all `paths` at once: each must be answered with a decent 503. The seconds until the last one was."""
    started = time.monotonic()
    with ThreadPoolExecutor(len(paths)) as pool:
        answers = list(pool.map(lambda path: web.get(process.url + path, timeout=10), paths))
    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable"), answer.text
        assert answer.headers["retry-after"] == "1"
    return time.monotonic() - started


def test_a_killed_database_is_answered_with_503_and_heals_by_itself(tmp_path: Path) -> None:
    order = OrderRow()
    paths = [f"/api/v1/orders/{order.order_id}", "/api/v1/orders", f"/queries/orders/{uuid4()}/history"]
    engine = start_postgres(tmp_path, durable=False)
    try:
        migrate(engine.url)
        store_orders(engine.url, [order])
        with serving(engine.url, tmp_path / "log") as process:
            assert web.get(process.url + paths[0]).content == order.document()
            engine.process.kill()
            engine.process.wait()
            assert refused(process, paths * 3) < 3.5
            process.until_it_answers(503)
            assert web.get(f"{process.url}/livez").status_code == 200
            engine = start_postgres(tmp_path, durable=False, port=engine.port)
            assert process.until_it_answers(200, paths[0]) < 3
            assert process.until_it_answers(200) < 3
            _hang(engine.url, engine.process.pid, process, paths)
    finally:
        engine.stop()


def _hang(database_url: str, postmaster: int, process: Process, paths: list[str]) -> None:
    """Stop the server's processes for a while: connections stay, nothing answers."""
    with connection(database_url) as admin:
        backends = [pid for (pid,) in admin.execute("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()")]
    family = [postmaster, *backends]
    for pid in family:
        os.kill(pid, signal.SIGSTOP)
    try:
        assert refused(process, paths * 3) < 3.5
    finally:
        for pid in family:
            os.kill(pid, signal.SIGCONT)
    assert process.until_it_answers(200, paths[0]) < 3
