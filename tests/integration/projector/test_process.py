"""The process itself: it starts, it says how it is, it stops when told."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from stack.ports import choose_port
from tests import web
from tests.fakes.projector_events import NumberedLog, life_of
from tests.integration.projector.conftest import Publisher
from tests.integration.projector.running import rows
from tests.suites.projector_waiting import until

TAKEN_OVER_SECONDS = 5.0


class Process:
    """`projector run` in a process of its own."""

    def __init__(self, popen: "subprocess.Popen[str]", port: int) -> None:
        self._popen = popen
        self.port = port

    def get(self, path: str) -> tuple[int, str]:
        """Status and body; status 0 while nobody listens."""
        try:
            answer = web.get(f"http://127.0.0.1:{self.port}{path}")
        except httpx.TransportError:
            return 0, ""
        return answer.status_code, answer.text

    def mine(self) -> list[int]:
        """The partitions that it works on."""
        status, text = self.get("/status")
        found: list[int] = json.loads(text)["mine"] if status == 200 else []
        return found

    def freeze(self) -> None:
        """As a process in a paused container."""
        self._popen.send_signal(signal.SIGSTOP)

    def wake_up(self) -> None:
        """End the pause."""
        self._popen.send_signal(signal.SIGCONT)

    def end(self, number: signal.Signals) -> tuple[int, list[dict[str, Any]]]:
        """Send a signal; exit status and log lines."""
        self._popen.send_signal(number)
        out, _ = self._popen.communicate(timeout=15)
        return self._popen.returncode, [json.loads(line) for line in out.splitlines()]


@pytest.fixture
def start(read_database_url: str, redis_url: str) -> Callable[[], Any]:
    """Starts one on the engines of this test."""

    @contextmanager
    def starting() -> Iterator[Process]:
        port = choose_port()
        environment = os.environ | {
            "PROJECTOR_DATABASE_URL": read_database_url,
            "PROJECTOR_REDIS_URL": redis_url,
            "PROJECTOR_PORT": str(port),
        }
        command = [sys.executable, "-m", "projector", "run"]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as popen:
            try:
                yield Process(popen, port)
            finally:
                popen.kill()

    return starting


async def test_it_projects_tells_how_it_is_and_ends_with_status_0(
    start: Callable[[], Any], read_database_url: str, redis_url: str
) -> None:
    log = NumberedLog(2)
    publisher = Publisher(redis_url)
    with start() as process:
        await until(lambda: process.get("/livez")[0] == 200)
        await until(lambda: "partitions and epoch are unknown" in process.get("/readyz")[1])
        assert process.get("/readyz")[0] == 503
        await publisher.say(log.heads())
        await until(lambda: process.get("/readyz")[0] == 200)
        await publisher.put(1, log.append(1, life_of(1)))
        await until(lambda: rows(read_database_url, "SELECT version FROM order_view") == [(8,)])
        assert 'projector_events_applied_total{type="orders.OrderShipped.v2"} 1.0' in process.get("/metrics")[1]
        told = json.loads(process.get("/status")[1])
        assert (told["summary"], told["mine"]) == ("projects partitions 0 1", [0, 1])
        assert told["partitions"][1] | {"head": 0} == {
            "partition": 1,
            "sequence": 8,
            "head": 0,
            "state": "flowing",
            "reason": "",
            "parked": 0,
        }
        status, lines = process.end(signal.SIGTERM)
    assert status == 0
    assert await publisher.shown(1) == 8
    assert [line["event"] for line in lines if line["event"] != "batch_applied"] == [
        "started",
        "partitions_shared",
        "stopped",
    ]
    told = {correlation for line in lines for correlation in line.get("correlation_ids", ())}
    assert told == {f"request-{version}" for version in range(1, 9)}
    assert {line["service"] for line in lines} == {"projector"}
    await publisher.client.aclose()


async def test_it_ends_in_the_middle_of_a_backlog_with_a_whole_batch(
    start: Callable[[], Any], read_database_url: str, redis_url: str
) -> None:
    log = NumberedLog(1)
    publisher = Publisher(redis_url)
    await publisher.put(0, log.append(0, [event for name in range(500) for event in life_of(name)]))
    await publisher.say(log.heads())
    with start() as process:
        await until(lambda: bool(rows(read_database_url, "SELECT 1 FROM order_history LIMIT 1")))
        status, _ = process.end(signal.SIGINT)
    assert status == 0
    ((sequence,),) = rows(read_database_url, "SELECT sequence FROM projection_checkpoint")
    assert rows(read_database_url, "SELECT count(*) FROM order_history") == [(sequence,)]
    assert await publisher.shown(0) == sequence
    await publisher.client.aclose()


async def test_one_that_is_frozen_is_taken_over_and_does_no_harm_when_it_wakes_up(
    start: Callable[[], Any], read_database_url: str, redis_url: str
) -> None:
    log = NumberedLog(8)
    publisher = Publisher(redis_url)
    await publisher.say(log.heads())

    async def publish(name: str) -> None:
        for number in range(8):
            await publisher.put(number, log.append(number, life_of((name, number))))

    def complete(orders: int) -> bool:
        return rows(read_database_url, "SELECT count(*) FROM order_view WHERE version = 8") == [(orders,)]

    with start() as one, start() as other:
        await until(lambda: sorted(one.mine() + other.mine()) == list(range(8)))
        first, second = sorted((one, other), key=lambda process: len(process.mine()))
        second.freeze()
        await publish("while one is frozen")
        await until(lambda: complete(8), seconds=TAKEN_OVER_SECONDS)
        second.wake_up()
        await publish("when it has woken up")
        await until(lambda: complete(16))
        await until(lambda: sorted(first.mine() + second.mine()) == list(range(8)))
        await until(lambda: [process.get("/readyz")[0] for process in (first, second)] == [200, 200])
        for process in (first, second):
            assert process.end(signal.SIGTERM)[0] == 0
    await publisher.client.aclose()


async def test_a_port_that_is_taken_is_named_in_one_line(start: Callable[[], Any]) -> None:
    with start() as process:
        await until(lambda: process.get("/livez")[0] == 200)
        environment = os.environ | {
            "PROJECTOR_DATABASE_URL": "postgresql://u@h/d",
            "PROJECTOR_REDIS_URL": "redis://h/0",
            "PROJECTOR_PORT": str(process.port),
        }
        command = [sys.executable, "-m", "projector", "run"]
        second = await asyncio.to_thread(
            subprocess.run, command, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
    assert second.returncode == 2
    assert second.stderr.startswith("projector: PROJECTOR_PORT: ")
    assert second.stderr.count("\n") == 1
