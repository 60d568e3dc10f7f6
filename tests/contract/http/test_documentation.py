"""Each service documents itself at two places alike, and a problem's `type` leads there, also through a gateway."""

import re
from html import unescape
from typing import Final
from urllib.parse import urldefrag, urljoin

import httpx
import pytest
from starlette.routing import Match
from starlette.types import ASGIApp

from command_api.entrypoints.problem_kinds import type_of as type_of_command_problem
from query_api.entrypoints.problem_kinds import type_of as type_of_query_problem
from tests.architecture.tree import ROOT
from tests.contract.http.documents import SERVICES, app, document
from tests.contract.http.gateway import Gateway
from tests.contract.http.pages import Reader
from tests.contract.http.problems import TABLES

PREFIXES: Final = {"command-api": "/commands", "query-api": "/queries"}
TYPES: Final = {"command-api": type_of_command_problem, "query-api": type_of_query_problem}
PAGES: Final = ("/docs", "/docs/problems")
DOCUMENTATION: Final = (*PAGES, "/openapi.json")
APPS: Final = {service: app(service) for service in SERVICES}
CADDYFILE: Final = ROOT / "deploy/gateway/Caddyfile"
ORDER: Final = "orders/0193f5a2-7b1c-7d3e-8f4a-5b6c7d8e9f01"
each_service: Final = pytest.mark.parametrize("service", SERVICES)
each_page: Final = pytest.mark.parametrize("page", PAGES)
each_document: Final = pytest.mark.parametrize("path", DOCUMENTATION)
each_problem: Final = pytest.mark.parametrize(
    ("service", "code"), [(service, code) for service, table in TABLES.items() for code in table]
)


async def answer(asked: ASGIApp, path: str, method: str = "GET") -> httpx.Response:
    """What `asked` answers, without a socket between."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(asked), base_url="http://shop") as client:
        return await client.request(method, path)


async def meaning(asked: ASGIApp, type_: str) -> str:
    """The part of a page that a problem's `type` leads to. Raises AssertionError where it leads nowhere."""
    address, fragment = urldefrag(type_)
    page = await answer(asked, address)
    assert page.status_code == 200, address
    assert Reader(page.text).ids.count(fragment) == 1, type_
    return unescape(page.text.partition(f'id="{fragment}"')[2].partition("</section>")[0])


@each_service
@each_document
async def test_the_documentation_is_the_same_at_both_places(service: str, path: str) -> None:
    first, second = [await answer(APPS[service], place + path) for place in ("", PREFIXES[service])]
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.content == second.content
    assert first.headers["content-type"] == second.headers["content-type"]


@each_service
@each_document
async def test_head_answers_as_get_does_at_both_places(service: str, path: str) -> None:
    for place in ("", PREFIXES[service]):
        got, headed = [await answer(APPS[service], place + path, method) for method in ("GET", "HEAD")]
        assert (headed.status_code, headed.content) == (200, b"")
        assert {**headed.headers, "x-request-id": ""} == {**got.headers, "x-request-id": ""}


@each_service
@each_page
async def test_every_link_of_a_page_leads_somewhere_and_stays_at_its_place(service: str, page: str) -> None:
    for place in ("", PREFIXES[service]):
        found = Reader((await answer(APPS[service], place + page)).text).links
        assert found
        for link in found:
            address = urljoin(place + page, link)
            assert address in [place + path for path in DOCUMENTATION]
            assert (await answer(APPS[service], address)).status_code == 200, address


@each_service
@each_document
def test_the_documentation_hides_no_call_and_no_call_hides_it(service: str, path: str) -> None:
    for place in ("", PREFIXES[service]):
        scope = {"type": "http", "method": "GET", "path": place + path, "root_path": "", "headers": []}
        fitting = [route for route in APPS[service].router.routes if route.matches(scope)[0] is not Match.NONE]
        assert len(fitting) == 1


@each_service
def test_the_openapi_document_names_calls_only(service: str) -> None:
    assert {path for path in document(service)["paths"] if not path.startswith("/api/v1/")} == set()


@each_problem
async def test_the_type_of_every_problem_leads_to_its_meaning_at_the_service(service: str, code: str) -> None:
    assert TABLES[service][code].title in await meaning(APPS[service], TYPES[service](code))


@each_problem
async def test_the_type_of_every_problem_leads_to_its_own_service_through_a_gateway(service: str, code: str) -> None:
    type_ = TYPES[service](code)
    assert await meaning(Gateway(APPS), type_) == await meaning(APPS[service], type_)


@pytest.mark.parametrize(
    ("method", "path", "service", "code"),
    [
        ("GET", "/api/v1/orders/x", "query-api", "validation_failed"),
        ("GET", "/api/v1/nothing", "query-api", "not_found"),
        ("POST", "/api/v1/orders", "command-api", "validation_failed"),
        ("PATCH", f"/api/v1/{ORDER}", "command-api", "method_not_allowed"),
        ("POST", "/commands/nothing", "command-api", "not_found"),
        ("GET", f"/commands/{ORDER}", "command-api", "method_not_allowed"),
        ("GET", "/queries/orders?page_size=0", "query-api", "validation_failed"),
        ("DELETE", f"/queries/{ORDER}", "query-api", "method_not_allowed"),
    ],
)
async def test_a_refusal_through_a_gateway_leads_to_its_meaning(
    method: str, path: str, service: str, code: str
) -> None:
    told = (await answer(Gateway(APPS), path, method)).json()
    assert (told["code"], told["type"]) == (code, TYPES[service](code))
    assert TABLES[service][code].title in await meaning(Gateway(APPS), told["type"])


async def test_what_the_gateway_says_itself_leads_to_its_meaning() -> None:
    told = re.findall(r'"type":"(/[^"]*)".*"code":"(\w+)"', CADDYFILE.read_text("utf-8"))
    assert told
    for type_, code in told:
        assert f"<code>{code}</code>" in await meaning(Gateway(APPS), type_)


@each_service
@each_document
async def test_a_gateway_leads_to_the_documentation_under_the_prefix_only(service: str, path: str) -> None:
    direct = await answer(APPS[service], path)
    assert (await answer(Gateway(APPS), PREFIXES[service] + path)).content == direct.content
    assert (await answer(Gateway(APPS), path)).status_code == 404
