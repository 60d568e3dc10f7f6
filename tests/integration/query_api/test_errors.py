"""Every way to ask wrongly is answered with problem+json, and none with 500."""

from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders_contracts.consistency import ConsistencyToken, encode_token
from query_api.composition import Parts
from query_api.entrypoints.problem_kinds import PROBLEMS

NOBODY = "018f4e2a-7c1e-7c3a-9d55-0c8f6e2b1a10"
ORDER = f"/orders/{NOBODY}"
LISTS = ["/orders", f"/customers/{NOBODY}/orders", f"{ORDER}/history", "/products"]
COMMAND = f"/commands/{NOBODY}"
STREAMS = [f"{ORDER}/events", f"{COMMAND}/events"]
EVERY = [ORDER, COMMAND, "/products/MUG", "/projections", *LISTS, *STREAMS]
TOKEN = encode_token(ConsistencyToken("order", NOBODY, 1))


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert (answer.status_code, told["status"], told["code"]) == (status, status, code)
    assert PROBLEMS[code].status == status
    assert told["type"] == f"/queries/docs/problems#{code}"
    assert told["instance"] == answer.request.url.raw_path.split(b"?")[0].decode()
    assert told["trace_id"] == answer.headers["x-request-id"]
    assert ("retry-after" in answer.headers) == (status == 503)
    return told


@pytest.mark.parametrize("prefix", ["/api/v1", "/queries"])
@pytest.mark.parametrize("path", EVERY)
async def test_each_route_refuses_alike(client: httpx.AsyncClient, prefix: str, path: str) -> None:
    address = prefix + path
    told = problem(await client.get(f"{address}?no_such=1"), 422, "validation_failed")
    assert told["errors"] == [{"pointer": "/query/no_such", "detail": "no_such is not a parameter of this call."}]
    problem(await client.get(f"{address}?a=%FF"), 400, "malformed_request")
    problem(await client.get(address, headers={"Consistency-Token": "garbage"}), 400, "malformed_request")
    problem(await client.get(f"{address}/"), 404, "not_found")
    behind = {"Consistency-Token": TOKEN, "Prefer": "wait=0"}
    problem(await client.get(address, headers=behind), 503, "read_model_behind")
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        refused = await client.request(method, address)
        problem(refused, 405, "method_not_allowed")
        assert refused.headers["allow"] == "GET, HEAD"


async def test_the_type_of_a_problem_leads_to_what_it_means(client: httpx.AsyncClient) -> None:
    told = (await client.get(f"/api/v1{ORDER}")).json()
    path, _, anchor = told["type"].partition("#")
    page = (await client.get(path)).text
    section = page.partition(f'<section id="{anchor}">')[2].partition("</section>")[0]
    assert told["title"] in section
    assert f"<code>{told['code']}</code>" in section


@pytest.mark.parametrize("path", LISTS)
async def test_each_list_refuses_wrong_pages(client: httpx.AsyncClient, path: str) -> None:
    for size in ("0", "101", "2.0", "x", "", "9" * 400):
        told = problem(await client.get(f"/api/v1{path}?page_size={size}"), 422, "validation_failed")
        assert told["errors"][0]["pointer"] == "/query/page_size"
    problem(await client.get(f"/api/v1{path}?page_token=x"), 400, "malformed_request")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (ORDER, "order_not_found"),
        (f"{ORDER}/history", "order_not_found"),
        ("/products/MUG", "product_not_found"),
        (COMMAND, "command_not_found"),
        (f"{ORDER}/events", "order_not_found"),
        (f"{COMMAND}/events", "command_not_found"),
    ],
)
async def test_what_there_is_not_is_404(client: httpx.AsyncClient, path: str, code: str) -> None:
    problem(await client.get(f"/api/v1{path}"), 404, code)


@pytest.mark.parametrize(
    "path", ["/", "/api", "/api/v1", "/nope", "/queries/", "//api/v1/orders", "/api/v2/orders", "/products/MUG"]
)
async def test_what_is_no_route_is_404(client: httpx.AsyncClient, path: str) -> None:
    problem(await client.get(path), 404, "not_found")
    problem(await client.post(path), 404, "not_found")


@pytest.mark.parametrize("part", ["x", "%00", "%F0%9F%98%80", "0" * 5000, "..", "%0A", "1e400", f"{NOBODY}%0A"])
async def test_ids_of_the_wrong_form_are_422(client: httpx.AsyncClient, part: str) -> None:
    ids = (f"/orders/{part}x", f"/customers/{part}x/orders", f"/orders/{part}x/history", f"/commands/{part}x")
    for path in (*ids, f"/products/-{part}"):
        told = problem(await client.get(f"/api/v1{path}"), 422, "validation_failed")
        assert told["errors"][0]["pointer"].startswith("/path/")


@pytest.mark.parametrize("path", STREAMS)
@pytest.mark.parametrize("text", ["", "x", "-1", "1.0", "01", "1, 2", "é", "1" + "0" * 18, "9" * 400])
async def test_what_was_never_the_id_of_an_event_is_refused(client: httpx.AsyncClient, path: str, text: str) -> None:
    answer = await client.get(f"/api/v1{path}", headers=[(b"Last-Event-ID", text.encode())])
    told = problem(answer, 422, "validation_failed")
    assert told["errors"][0]["pointer"] == "/header/Last-Event-ID"


@pytest.mark.parametrize("part", ["%FF", "%C3%28", "%ED%A0%80", "%F8%88%80%80%80"])
async def test_a_path_that_is_not_utf_8_is_malformed(client: httpx.AsyncClient, part: str) -> None:
    problem(await client.get(f"/api/v1/orders/{part}"), 400, "malformed_request")


@pytest.mark.parametrize("token", ["", " ", "x", "=", "é", "A" * 161, "A" * 20_000, f"{TOKEN}x", f"{TOKEN}, {TOKEN}"])
async def test_a_garbage_consistency_token_is_malformed(client: httpx.AsyncClient, token: str) -> None:
    headers = [(b"Consistency-Token", token.encode())]
    problem(await client.get("/api/v1/orders", headers=headers), 400, "malformed_request")


async def test_a_failure_of_ours_is_a_500_that_tells_nothing(client: httpx.AsyncClient, parts: Parts) -> None:
    parts.database.rows = None  # type: ignore[method-assign,assignment]
    told = problem(await client.get("/api/v1/orders"), 500, "internal_error")
    assert "NoneType" not in str(told)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(EVERY),
    st.lists(st.tuples(st.sampled_from(["page_size", "sku", "reference", "status", "x"]), st.text(max_size=9))),
    st.dictionaries(
        st.sampled_from(["Consistency-Token", "Prefer", "If-None-Match", "Last-Event-ID", "X-Request-Id"]),
        st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=30),
    ),
)
async def test_nothing_that_a_client_can_write_is_a_500(
    client: httpx.AsyncClient, path: str, query: list[tuple[str, str]], headers: dict[str, str]
) -> None:
    sent = [(name.encode(), text.encode("latin-1").strip()) for name, text in headers.items()]
    answer = await client.get(f"/api/v1{path}", params=httpx.QueryParams(tuple(query)), headers=sent)
    assert answer.status_code in {200, 304, 400, 404, 422, 503}
