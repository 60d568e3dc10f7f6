"""The Caddyfile, run by the real Caddy, against the table: request by request."""

import subprocess
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from stack.gateway import CADDYFILE, gateway
from stack.lodging import Binaries, Lodging
from stack.parts import Site
from stack.ports import choose_port
from tests.contract.gateway.routes import Request, requests, rows, service_for
from tests.contract.gateway.upstream import telling, upstream
from tests.integration.stack.launcher import until

GONE = "http://127.0.0.1:9"
NO_ENGINES = Lodging(Path(), Binaries(Path(), Path()), None, moved=False)


@contextmanager
def running(folder: Path, urls: dict[str, str], caddyfile: str | None = None) -> Iterator[httpx.Client]:
    """The local stack's gateway before the processes at `urls`, or one with another Caddyfile; a client of it."""
    server = gateway(Site(folder, NO_ENGINES, urls, {}), choose_port())
    command = server.command()
    argv = list(command.argv)
    if caddyfile is not None:
        (folder / "Caddyfile").write_text(caddyfile)
        argv = [str(folder / "Caddyfile") if word == str(CADDYFILE) else word for word in argv]
    with subprocess.Popen(argv, env=dict(command.env), cwd=command.cwd) as process:
        try:
            until(lambda: server.probe() is None)
            with httpx.Client(base_url=server.url, trust_env=False) as client:
                yield client
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def services() -> Iterator[dict[str, str]]:
    """One process of command-api, two of query-api."""
    with upstream("command-api") as commands, upstream("query-api") as queries, upstream("query-api-2") as more:
        yield {
            "command-api": f"http://{commands}",
            "query-api": f"http://{queries}",
            "query-api-2": f"http://{more}",
            "projector": GONE,
        }


@pytest.fixture(scope="module")
def client(services: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Of a gateway before them."""
    with running(tmp_path_factory.mktemp("gateway"), services) as made:
        yield made


def served_by(client: httpx.Client, request: Request) -> str | None:
    """Which service answered, however many processes it has; None: the gateway itself, with 404."""
    answer = client.request(*request)
    if "Served-By" not in answer.headers:
        assert answer.status_code == 404, request
        return None
    assert answer.headers["Was-Asked"] == f"{request.method} {request.path}"
    return str(answer.headers["Served-By"]).removesuffix("-2")


def differences(client: httpx.Client) -> list[Request]:
    """What the gateway does not do as the table says."""
    table = rows()
    return [request for request in requests() if served_by(client, request) != service_for(request, table)]


def test_every_request_goes_where_the_table_says(client: httpx.Client) -> None:
    assert differences(client) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("method GET HEAD", "method GET"),
        ("path /api/v1 /api/v1/*", "path /api/v1*"),
        ("/commands /commands/*", "/commands"),
        ("@queries path /queries /queries/*", "@queries path /queries*"),
    ],
)
def test_a_caddyfile_that_strays_from_the_table_is_caught(
    services: dict[str, str], tmp_path: Path, before: str, after: str
) -> None:
    text = CADDYFILE.read_text()
    assert before in text
    with running(tmp_path, services, text.replace(before, after, 1)) as strayed:
        assert differences(strayed) != []


def test_all_processes_of_a_service_are_asked(client: httpx.Client) -> None:
    answers = Counter(client.get("/api/v1/orders").headers["Served-By"] for _ in range(60))
    assert answers.keys() == {"query-api", "query-api-2"}


def test_a_process_that_takes_no_connection_is_passed_over(services: dict[str, str], tmp_path: Path) -> None:
    with running(tmp_path, services | {"command-api-2": GONE}) as client, ThreadPoolExecutor(8) as clients:

        def post(_: int) -> httpx.Response:
            return client.post("/api/v1/orders", json={})

        assert {answer.headers["Served-By"] for answer in clients.map(post, range(400))} == {"command-api"}


def test_nobody_there_is_said_as_the_services_would(services: dict[str, str], tmp_path: Path) -> None:
    with running(tmp_path, services | {"command-api": GONE}) as client:
        answer = client.post("/api/v1/orders", json={}, timeout=10)
        assert client.get("/api/v1/orders").status_code == 200
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.json()["code"], answer.json()["status"]) == ("unavailable", 503)


def test_a_path_of_nobody_is_said_as_the_services_would(client: httpx.Client) -> None:
    answer = client.get("/nowhere")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert (answer.json()["code"], answer.json()["status"]) == ("not_found", 404)


def test_an_event_is_passed_on_when_it_comes_and_not_with_the_next(services: dict[str, str], tmp_path: Path) -> None:
    with telling() as (address, tell):
        only = {**services, "query-api": f"http://{address}"}
        del only["query-api-2"]
        with running(tmp_path, only) as client, client.stream("GET", "/api/v1/orders/x/events") as answer:
            lines = answer.iter_lines()
            for number in range(3):
                tell(f"id: {number}")
                assert next(lines) == f"id: {number}"
