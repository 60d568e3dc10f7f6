"""The write database comes late, or dies and comes back: the process answers 503 meanwhile, and heals by itself."""

import asyncio
import os
import signal
import time
from collections import Counter
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg

from command_api import composition
from command_api.migrations.run import migrate
from command_api.settings import Settings
from stack.engines import start_postgres
from stack.ports import choose_port
from tests import web
from tests.integration.command_api.service import serving, until
from tests.integration.command_api.shop import PROBLEM, open_shop

HEALS_WITHIN = 3.0
ANSWERS_WITHIN = 8.0


def create(url: str) -> httpx.Response:
    return web.post(f"{url}/api/v1/orders", json={"customer_id": str(uuid4())}, timeout=10)


def assert_unavailable(answer: httpx.Response) -> None:
    assert answer.status_code == 503
    assert answer.headers["content-type"] == PROBLEM
    assert answer.json()["code"] == "unavailable"
    assert answer.headers["retry-after"]


def test_a_database_that_comes_late_is_waited_for(tmp_path: Path) -> None:
    port = choose_port()
    with serving(f"postgresql://postgres@127.0.0.1:{port}/orders", POOL_WAIT_SECONDS=0.3) as service:
        assert service.reasons()
        assert_unavailable(create(service.url))
        with start_postgres(tmp_path, durable=False, port=port) as engine:
            until(lambda: service.reasons() == ["the write database is not migrated"])
            assert_unavailable(create(service.url))
            migrate(engine.url, 8)
            until(service.ready, within=HEALS_WITHIN)
            assert create(service.url).status_code == 201


async def test_a_database_that_only_reads_takes_no_command_and_is_no_failure_of_ours(write_database_url: str) -> None:
    name = write_database_url.rsplit("/", 1)[1]
    with psycopg.connect(write_database_url, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    service = composition.application(Settings(database_url=write_database_url))
    async with open_shop(service, write_database_url) as shop:
        assert_unavailable(await shop.call("POST", "/orders", {"customer_id": str(uuid4())}))
        product = {"name": "Cup", "unit_price_cents": 1, "currency": "EUR"}
        assert_unavailable(await shop.call("PUT", "/products/CUP", product))


class Load:
    """Clients that create orders until they are told to stop."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.answers: list[tuple[float, httpx.Response]] = []
        self.enough = False

    async def run(self, clients: int) -> None:
        async with httpx.AsyncClient(base_url=self._url, timeout=10, verify=web.PLAIN) as client:
            await asyncio.gather(*(self._ask(client) for _ in range(clients)))

    async def _ask(self, client: httpx.AsyncClient) -> None:
        while not self.enough:
            answer = await client.post("/api/v1/orders", json={"customer_id": str(uuid4())})
            self.answers.append((time.monotonic(), answer))

    async def until(self, status: int, after: float, most: float) -> float:
        """Wait for an answer of this status after that moment; how many seconds after."""
        async with asyncio.timeout(most):
            while True:
                for at, answer in reversed(self.answers):
                    if at > after and answer.status_code == status:
                        return at - after
                await asyncio.sleep(0.01)


def assert_honest(answers: list[httpx.Response], database_url: str) -> None:
    """Only 201 and 503 were answered, and every 201 is in the log once."""
    assert {answer.status_code for answer in answers} == {201, 503}
    told = [answer.json()["order_id"] for answer in answers if answer.status_code == 201]
    for answer in answers:
        if answer.status_code == 503:
            assert_unavailable(answer)
    with psycopg.connect(database_url) as connection:
        logged = Counter(row[0] for row in connection.execute("SELECT aggregate_id FROM outbox"))
    assert {logged[order] for order in told} == {1}


async def test_a_database_that_is_killed_is_503_and_heals_within_three_seconds(tmp_path: Path) -> None:
    engine = start_postgres(tmp_path, durable=False)
    try:
        migrate(engine.url, 8)
        with serving(engine.url) as service:
            until(service.ready)
            load = Load(service.url)
            clients = asyncio.create_task(load.run(4))
            await load.until(201, 0, 10)
            engine.process.kill()
            await load.until(503, time.monotonic(), 10)
            engine.process.wait()
            engine = await asyncio.to_thread(start_postgres, tmp_path, durable=False, port=engine.port)
            healed = await load.until(201, time.monotonic(), 15)
            load.enough = True
            await clients
            assert service.ready()
        assert_honest([answer for _, answer in load.answers], engine.url)
        assert healed < HEALS_WITHIN
    finally:
        engine.stop()


def freeze(pid: int, number: signal.Signals) -> None:
    """Send a signal to a server and to all of its processes."""
    for one in [pid, *(int(stat.parent.name) for stat in Path("/proc").glob("[0-9]*/stat") if _parent(stat) == pid)]:
        os.kill(one, number)


def _parent(stat: Path) -> int:
    try:
        return int(stat.read_text().rpartition(")")[2].split()[1])
    except OSError:  # gone meanwhile
        return 0


async def test_a_database_that_is_frozen_is_503_in_bounded_time_and_heals_within_three_seconds(tmp_path: Path) -> None:
    with start_postgres(tmp_path, durable=False) as engine:
        migrate(engine.url, 8)
        with serving(engine.url) as service:
            until(service.ready)
            load = Load(service.url)
            clients = asyncio.create_task(load.run(4))
            await load.until(201, 0, 10)
            freeze(engine.process.pid, signal.SIGSTOP)
            try:
                await load.until(503, time.monotonic(), ANSWERS_WITHIN)
            finally:
                freeze(engine.process.pid, signal.SIGCONT)
            healed = await load.until(201, time.monotonic(), 15)
            load.enough = True
            await clients
        assert_honest([answer for _, answer in load.answers], engine.url)
        assert healed < HEALS_WITHIN
