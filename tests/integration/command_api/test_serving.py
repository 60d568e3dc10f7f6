"""The process: how it starts, how it refuses to, how it ends, and what it makes of bytes that are no HTTP."""

import json
import re
import signal
import socket
import threading
from collections.abc import Iterator
from uuid import uuid4

import httpx
import psycopg
import pytest

from tests import web
from tests.integration.command_api.service import Service, environment, run, serving, until

CUP = {"name": "Cup", "unit_price_cents": 250, "currency": "EUR"}


@pytest.fixture(scope="module")
def service(database_url: str) -> Iterator[Service]:
    with serving(database_url) as service:
        until(service.ready)
        yield service


def end(service: Service, number: signal.Signals) -> list[dict[str, object]]:
    """Stop the process in order; answers what it logged."""
    service.process.send_signal(number)
    out, err = service.process.communicate(timeout=15)
    assert (service.process.returncode, err) == (0, "")
    return [json.loads(line) for line in out.splitlines()]


def test_sigterm_answers_the_request_in_flight_and_exits_0(database_url: str) -> None:
    sku = f"SLOW-{uuid4().hex[:8]}"
    answers: list[httpx.Response] = []
    with serving(database_url) as service, psycopg.connect(database_url) as holder:
        until(service.ready)
        assert web.put(f"{service.url}/api/v1/products/{sku}", json=CUP).status_code == 201
        holder.execute("SELECT 1 FROM products WHERE sku = %s FOR UPDATE", [sku])
        at = f"{service.url}/api/v1/products/{sku}/stock-adjustments"
        body = {"delta": 1, "reason": "found"}
        client = threading.Thread(target=lambda: answers.append(web.post(at, json=body, timeout=15)))
        client.start()
        waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        with psycopg.connect(database_url, autocommit=True) as watcher:
            until(lambda: watcher.execute(waiting).fetchone() is not None)
        service.process.send_signal(signal.SIGTERM)
        until(lambda: not listens(service.port))
        assert service.process.poll() is None
        holder.rollback()
        client.join(15)
        _, err = service.process.communicate(timeout=15)
        assert (service.process.returncode, err) == (0, "")
    assert [answer.status_code for answer in answers] == [200]


def test_told_to_stop_it_is_not_ready_and_goes_on_answering_until_a_gateway_has_noticed(database_url: str) -> None:
    with serving(database_url, DRAIN_SECONDS=3) as service:
        until(service.ready)
        service.process.send_signal(signal.SIGTERM)
        until(lambda: service.reasons() == ["it is stopping"])
        created = web.post(f"{service.url}/api/v1/orders", json={"customer_id": str(uuid4())})
        assert created.status_code == 201
        _, err = service.process.communicate(timeout=15)
    assert (service.process.returncode, err) == (0, "")


def test_told_twice_to_stop_it_stops_at_once(database_url: str) -> None:
    with serving(database_url, DRAIN_SECONDS=60) as service:
        until(service.ready)
        service.process.send_signal(signal.SIGTERM)
        until(lambda: service.reasons() == ["it is stopping"])
        service.process.send_signal(signal.SIGTERM)
        service.process.communicate(timeout=15)
    assert service.process.returncode == 0


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def leave_in_the_middle(service: Service) -> None:
    """Promise a body of 100 bytes, send one, and cut the connection."""
    with socket.create_connection(("127.0.0.1", service.port)) as link:
        link.sendall(b"POST /api/v1/products HTTP/1.1\r\nContent-Length: 100\r\n" + HEAD + b"\r\n")
    with socket.create_connection(("127.0.0.1", service.port)) as link:
        link.sendall(b"POST /api/v1/orders HTTP/1.1\r\nContent-Length: 100\r\n" + HEAD + b"\r\n{")


def test_sigint_exits_0_too_and_the_log_tells_what_happened_in_the_same_keys(database_url: str) -> None:
    with serving(database_url) as service, httpx.Client(base_url=service.url, verify=web.PLAIN) as kept_open:
        until(service.ready)
        body = {"customer_id": str(uuid4())}
        kept_open.post("/api/v1/orders", json=body, headers={"X-Request-Id": "first-1"})
        leave_in_the_middle(service)
        kept_open.delete(f"/api/v1/orders/{uuid4()}")
        lines = end(service, signal.SIGINT)
    assert {"serving", "request", "stopped"} <= {line["event"] for line in lines}
    assert {line["level"] for line in lines} == {"info"}
    left = [line["status"] for line in lines if line["event"] == "request" and line["path"] == "/api/v1/orders"]
    assert sorted(str(status) for status in left) == ["201", "499"]
    for line in lines:
        assert {"timestamp", "level", "service", "event"} <= set(line)
        assert line["service"] == "command-api"
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", str(line["timestamp"]))
    first = [line for line in lines if line.get("correlation_id") == "first-1"]
    assert [line["status"] for line in first] == [201]


def test_another_number_of_partitions_than_the_log_has_is_refused_in_one_line(database_url: str) -> None:
    done = run("serve", environment(database_url, PARTITIONS=4))
    assert done.returncode == 2
    assert done.stderr == "command-api: COMMAND_API_PARTITIONS: the log has 8 partitions, the setting says 4\n"


def test_a_port_that_is_taken_is_refused_in_one_line(database_url: str, service: Service) -> None:
    done = run("serve", environment(database_url, PORT=service.port))
    assert done.returncode == 2
    assert done.stderr.startswith("command-api: COMMAND_API_PORT: ")
    assert done.stderr.count("\n") == 1


def exchange(port: int, *pieces: bytes) -> bytes:
    """Send the bytes, and answer what came back until the other side closed or fell silent."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as link:
        try:
            for piece in pieces:
                link.sendall(piece)
            link.shutdown(socket.SHUT_WR)
            while received := link.recv(65_536):
                answer += received
        except (ConnectionError, TimeoutError):
            pass
    return answer


HEAD = b"Host: shop\r\nConnection: close\r\nContent-Type: application/json\r\n"
RAW = {
    "bytes in the path": b"POST /api/v1/orders/\xff\xfe/confirm HTTP/1.1\r\n" + HEAD + b"\r\n",
    "broken escapes in the path": b"POST /api/v1/orders/%ff%zz/confirm HTTP/1.1\r\n" + HEAD + b"\r\n",
    "bytes in the query": b"POST /api/v1/orders?\xff=1 HTTP/1.1\r\n" + HEAD + b"\r\n",
    "bytes in a header": b"POST /api/v1/orders HTTP/1.1\r\nX-Request-Id: \xff\r\n" + HEAD + b"\r\n",
    "no request line": b"\x00\x01\x02\r\n\r\n",
    "a length that is none": b"POST /api/v1/orders HTTP/1.1\r\nContent-Length: x\r\n" + HEAD + b"\r\n",
    "ten megabytes": b"POST /api/v1/orders HTTP/1.1\r\nContent-Length: 10485760\r\n"
    + HEAD
    + b"\r\n"
    + b" " * 10_485_760,
    "a long path": b"POST /api/v1/orders/" + b"x" * 50_000 + b" HTTP/1.1\r\n" + HEAD + b"\r\n",
    "an absolute address": b"POST http://shop/api/v1/orders/1/confirm HTTP/1.1\r\n" + HEAD + b"\r\n",
    "a star": b"OPTIONS * HTTP/1.1\r\n" + HEAD + b"\r\n",
}


@pytest.mark.parametrize("sent", RAW.values(), ids=RAW.keys())
def test_bytes_of_any_kind_are_answered_with_4xx_or_a_closed_connection(service: Service, sent: bytes) -> None:
    answer = exchange(service.port, sent)
    assert answer == b"" or re.match(rb"HTTP/1\.1 4\d\d ", answer), answer[:200]
    assert service.lives()
