"""Problems: one table a service, and the page, the file, the code and the OpenAPI document all say the same."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

import command_api
import query_api
from command_api.entrypoints.problem_page import PROBLEM_PAGE as COMMAND_PAGE
from orders_domain.errors import DomainError
from query_api.application.errors import QueryError
from query_api.entrypoints.problem_page import PROBLEM_PAGE as QUERY_PAGE
from tests.contract.http.pages import Reader
from tests.contract.http.problems import FILE, TABLES, page

PAGES: Final = {"command-api": COMMAND_PAGE, "query-api": QUERY_PAGE}
SOURCES: Final = {"command-api": Path(command_api.__file__).parent, "query-api": Path(query_api.__file__).parent}
REFUSALS: Final = {"command-api": DomainError, "query-api": QueryError}
_RAISED: Final = re.compile(
    r"""(?:RequestProblem\(|Problem\(|problem\((?:request\.)?scope,|\bcode\ =)\s*"([a-z_]+)\"""", re.VERBOSE
)
_HEADING: Final = re.compile(r"^### (\d{3}) `([a-z_]+)`$", re.MULTILINE)
each_service: Final = pytest.mark.parametrize("service", TABLES)


def codes_of(error: type[Exception]) -> Iterator[str]:
    """The codes of an error and of all that are made from it."""
    if "code" in vars(error):
        yield str(vars(error)["code"])
    for kind in error.__subclasses__():
        yield from codes_of(kind)


def codes_in(source: str) -> set[str]:
    """The codes that a source answers with by name."""
    return set(_RAISED.findall(source))


def answered(service: str) -> set[str]:
    """Every code that a service's code can answer with."""
    written = {code for file in SOURCES[service].rglob("*.py") for code in codes_in(file.read_text(encoding="utf-8"))}
    return written | {code for code in codes_of(REFUSALS[service]) if code.islower()}


def test_the_committed_page_is_the_one_that_the_tables_make() -> None:
    assert FILE.read_text(encoding="utf-8") == page(), "run: python -m tests.contract problems"


def test_the_committed_page_has_every_code_of_both_services_and_no_other() -> None:
    told = {(int(status), code) for status, code in _HEADING.findall(FILE.read_text(encoding="utf-8"))}
    assert told == {(kind.status, code) for table in TABLES.values() for code, kind in table.items()}


@each_service
def test_the_table_has_every_code_that_is_answered_and_no_other(service: str) -> None:
    assert answered(service) == set(TABLES[service])


@pytest.mark.parametrize(
    "line",
    [
        'raise RequestProblem("teapot", "I am one.")',
        'return problem(request.scope, "teapot", detail)',
        'return problem(scope, "teapot", "I am one.")',
        'return Problem("teapot", "I am one.")',
        '    code = "teapot"',
    ],
)
def test_a_code_that_is_answered_anywhere_is_found(line: str) -> None:
    assert codes_in(line) == {"teapot"}


@each_service
def test_the_page_of_a_service_has_an_anchor_for_each_of_its_codes_and_fetches_nothing(service: str) -> None:
    read = Reader(PAGES[service])
    assert read.ids == list(TABLES[service])
    assert read.fetched == []
    assert "://" not in PAGES[service]


@pytest.mark.parametrize("file", ["problem_page.py", "docs_routes.py"])
def test_both_services_make_and_serve_their_pages_alike(file: str) -> None:
    sources = [
        (folder / "entrypoints" / file).read_text(encoding="utf-8").replace(folder.name, "the_service")
        for folder in SOURCES.values()
    ]
    assert "the_service" in sources[0]
    assert sources[0] == sources[1]


def test_what_a_page_fetches_and_leads_to_is_seen() -> None:
    read = Reader(
        '<link rel="icon" href="data:,"><link href="a.css"><script src="https://example.org/a.js">fetch("b.json")'
        '</script><p id="here"><a href="../c">c</a><a href="#here">here</a>'
    )
    assert read.fetched == ["a.css", "https://example.org/a.js"]
    assert read.links == ["b.json", "../c"]
    assert read.ids == ["here"]


def test_a_code_of_both_services_is_the_same_problem_in_both() -> None:
    first, second = TABLES.values()
    for code in first.keys() & second.keys():
        assert (first[code].status, first[code].title) == (second[code].status, second[code].title), code


@each_service
def test_every_kind_is_told_in_whole_sentences(service: str) -> None:
    for code, kind in TABLES[service].items():
        assert not kind.title.endswith("."), code
        assert kind.when.endswith("."), code
        assert kind.advice.endswith("."), code
        assert not any(member.meaning.endswith(".") for member in kind.members.values()), code
