"""What only a process with real sockets and signals shows."""

import json
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest

from orders_contracts.consistency import ConsistencyToken, encode_token
from tests import web
from tests.integration.query_api.process import Process, serving
from tests.suites.query_rows import OrderRow, store_orders


@pytest.fixture(scope="module")
def process(shared_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    with serving(shared_database_url, tmp_path_factory.mktemp("query-api") / "log") as process:
        yield process


def raw(process: Process, request: bytes) -> bytes:
    """What comes back for the bytes of `request`, until the server closes or is done."""
    with socket.create_connection(("127.0.0.1", process.port), timeout=10) as sent:
        sent.sendall(request)
        return b"".join(iter(lambda: sent.recv(65_536), b""))


def test_head_has_the_length_but_not_the_body(process: Process, read_database_url: str) -> None:
    order = OrderRow()
    store_orders(read_database_url, [order])
    got = raw(
        process, f"HEAD /api/v1/orders/{order.order_id} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
    )
    head, _, body = got.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK")
    assert b"content-length: %d" % len(order.document()) in head
    assert body == b""


@pytest.mark.parametrize("path", [b"/api/v1/orders/%FF", b"/api/v1/orders/%ED%A0%80", b"/%C0%AF", b"/api/v1/orders/%"])
def test_a_broken_path_is_refused_in_good_form(process: Process, path: bytes) -> None:
    got = raw(process, b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    head, _, body = got.partition(b"\r\n\r\n")
    assert head.split()[1] in {b"400", b"422"}
    assert b"application/problem+json" in head
    assert json.loads(body)["instance"] == path.decode()


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /api/v1/orders/\xff\xfe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /api/v1/orders?sku=\xff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /api/v1/orders HTTP/1.1\r\nHost: x\r\nConnection: close\r\nConsistency-Token: \xff\x80\r\n\r\n",
        b"NONSENSE\r\n\r\n",
        b"GET /api/v1/orders HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: x\r\n\r\n",
    ],
)
def test_bytes_that_are_no_text_are_a_400(process: Process, request_: bytes) -> None:
    assert raw(process, request_).startswith(b"HTTP/1.1 400")
    assert web.get(f"{process.url}/readyz").status_code == 200


def test_a_body_and_a_wrong_content_type_do_no_harm(process: Process) -> None:
    answer = web.request("GET", f"{process.url}/api/v1/orders", content=b"\xff" * 100_000)
    assert answer.status_code == 200


def test_probes_documentation_and_figures_are_there(process: Process) -> None:
    assert web.get(f"{process.url}/livez").json() == {"status": "alive"}
    assert web.get(f"{process.url}/readyz").json() == {"status": "ready", "reasons": []}
    web.get(f"{process.url}/queries/orders")
    figures = web.get(f"{process.url}/metrics").text
    counted = 'http_request_duration_seconds_count{method="GET",route="/queries/orders",status="200"}'
    assert any(line.startswith(counted) for line in figures.splitlines())
    assert "fresh_read_wait_seconds_bucket" in figures
    assert web.get(f"{process.url}/openapi.json").json()["openapi"].startswith("3.1")
    for path in ("/docs", "/docs/problems"):
        page = web.get(f"{process.url}{path}")
        assert page.headers["content-type"].startswith("text/html")
        assert "http://" not in page.text
        assert "https://" not in page.text


def test_every_line_of_the_log_is_json_with_the_same_keys(process: Process) -> None:
    web.get(f"{process.url}/api/v1/orders/x", headers={"X-Request-Id": "follow-me"})
    lines = process.until_it_logs("follow-me")
    assert all({"timestamp", "level", "service", "event"} <= set(line) for line in lines)
    assert {line["service"] for line in lines} == {"query-api"}
    assert [line["status"] for line in lines if line.get("correlation_id") == "follow-me"] == [422]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_process_in_order(shared_database_url: str, tmp_path: Path, number: signal.Signals) -> None:
    token = encode_token(ConsistencyToken("order", str(uuid4()), 1))
    headers = {"Consistency-Token": token, "Prefer": "wait=10"}
    with serving(shared_database_url, tmp_path / "log") as process, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(web.get, f"{process.url}/api/v1/orders", headers=headers, timeout=20)
        _until_one_waits(process)
        process.popen.send_signal(number)
        assert waiting.result().json()["code"] == "read_model_behind"
        assert process.popen.wait(10) == 0
    assert "stopped" in process.log.read_text()


def test_told_to_stop_it_is_not_ready_and_goes_on_answering_until_a_gateway_has_noticed(
    shared_database_url: str, tmp_path: Path
) -> None:
    with serving(shared_database_url, tmp_path / "log", {"QUERY_API_DRAIN_SECONDS": "3"}) as process:
        process.popen.send_signal(signal.SIGTERM)
        process.until_it_answers(503)
        assert web.get(f"{process.url}/readyz").json()["reasons"] == ["it is stopping"]
        assert web.get(f"{process.url}/api/v1/orders").status_code == 200
        assert process.popen.wait(10) == 0


def test_told_twice_to_stop_it_stops_at_once(shared_database_url: str, tmp_path: Path) -> None:
    with serving(shared_database_url, tmp_path / "log", {"QUERY_API_DRAIN_SECONDS": "60"}) as process:
        process.popen.send_signal(signal.SIGTERM)
        process.until_it_answers(503)
        process.popen.send_signal(signal.SIGTERM)
        assert process.popen.wait(10) == 0


def _until_one_waits(process: Process) -> None:
    deadline = time.monotonic() + 10
    while "fresh_reads_waiting 1.0" not in web.get(f"{process.url}/metrics").text:
        assert time.monotonic() < deadline


def test_a_taken_port_is_named_in_one_line(process: Process, shared_database_url: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with (
        pytest.raises(AssertionError, match="QUERY_API_PORT"),
        serving(shared_database_url, log, {"QUERY_API_PORT": str(process.port), "QUERY_API_LOG_FORMAT": "json"}),
    ):
        pass
    assert log.read_text().count("\n") == 1
