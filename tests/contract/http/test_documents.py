"""The OpenAPI documents: as committed, sound, with an example of everything, and with links that lead somewhere."""

from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any, Final

import jsonschema_rs
import orjson
import pytest

from tests.contract.http.changes import operations
from tests.contract.http.documents import FOLDER, SERVICES, differences, document, file_name, printed, write_documents
from tests.contract.http.problems import TABLES
from tests.contract.http.schemas import standalone

PROBLEM: Final = "application/problem+json"
PLACES: Final = {"command-api": "/commands", "query-api": "/queries"}


@cache
def made(service: str) -> dict[str, Any]:
    """The document as a client reads it."""
    read: dict[str, Any] = orjson.loads(printed(document(service)))
    return read


EVERY: Final = [(service, name) for service in SERVICES for name in operations(made(service))]
each_operation: Final = pytest.mark.parametrize(("service", "name"), EVERY, ids=[name for _, name in EVERY])


def contents(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every body that an operation takes or answers, with a word for it."""
    if "requestBody" in operation:
        yield from operation["requestBody"]["content"].items()
    for status, response in operation["responses"].items():
        for media_type, content in response.get("content", {}).items():
            yield f"{status} {media_type}", content


def examples(service: str, content: dict[str, Any]) -> list[Any]:
    """Those of a body, or else those of its schema."""
    if "example" in content:
        return [content["example"]]
    if "examples" in content:
        return [one["value"] for one in content["examples"].values()]
    schema = content["schema"]
    name = schema.get("$ref", "").rpartition("/")[2]
    found: list[Any] = made(service)["components"]["schemas"].get(name, schema).get("examples", [])
    return found


def faults(service: str, content: dict[str, Any]) -> list[str]:
    """How the examples of a body break its schema, which is taken as closed: a field that is not described is one."""
    closed = deepcopy(standalone(made(service), content["schema"]))
    for name, schema in closed["$defs"].items():
        if "properties" in schema and name != "Problem":
            schema["additionalProperties"] = False
    validator = jsonschema_rs.validator_for(closed, validate_formats=True)
    return [fault.message for one in examples(service, content) for fault in validator.iter_errors(one)]


@pytest.mark.parametrize("service", SERVICES)
def test_the_committed_document_is_the_one_that_the_code_makes(service: str) -> None:
    committed = orjson.loads((FOLDER / file_name(service)).read_bytes())
    assert list(differences(committed, made(service))) == [], "run: python -m tests.contract openapi"
    assert (FOLDER / file_name(service)).read_bytes() == printed(document(service))


def test_a_document_that_has_drifted_is_told_place_by_place(tmp_path: Any) -> None:
    write_documents(tmp_path)
    drifted = orjson.loads((tmp_path / file_name("query-api")).read_bytes())
    get = drifted["paths"]["/api/v1/orders"]["get"]
    get["responses"]["200"]["description"] = "Orders."
    del get["responses"]["503"]
    get["parameters"][0]["required"] = True
    drifted["components"]["schemas"]["Product"]["properties"]["colour"] = {"type": "string"}
    place = "paths > /api/v1/orders > get"
    told = list(differences(drifted, made("query-api")))
    assert [line.partition(":")[0] for line in told] == [
        "components > schemas > Product > properties > colour",
        f"{place} > parameters > customer_id > required",
        f"{place} > responses > 200 > description",
        f"{place} > responses > 503",
    ]
    assert told[0].endswith('is gone, was {"type":"string"}')
    assert told[2].endswith('was "Orders.", is "The answer."')
    assert max(map(len, told)) < 250


@each_operation
def test_every_body_has_an_example_that_obeys_its_schema(service: str, name: str) -> None:
    for what, content in contents(operations(made(service))[name]):
        assert examples(service, content), what
        assert faults(service, content) == [], what


def test_an_example_that_breaks_its_schema_is_caught() -> None:
    content = deepcopy(operations(made("query-api"))["GET /api/v1/orders"]["responses"]["200"]["content"])
    (one,) = content.values()
    one["example"]["items"][0]["colour"] = "blue"
    one["example"].pop("next_page_token")
    assert len(faults("query-api", one)) == 2


@each_operation
def test_every_path_parameter_has_an_example(service: str, name: str) -> None:
    for parameter in operations(made(service))[name]["parameters"]:
        if parameter["in"] == "path":
            assert "example" in parameter or "examples" in parameter["schema"], parameter["name"]


@each_operation
def test_every_problem_of_an_operation_stands_with_the_status_that_it_has(service: str, name: str) -> None:
    responses = operations(made(service))[name]["responses"]
    problems = {status: response["content"][PROBLEM] for status, response in responses.items() if status >= "400"}
    assert "500" in problems
    for status, content in problems.items():
        assert {str(TABLES[service][code].status) for code in content["examples"]} == {status}
        for code, shown in content["examples"].items():
            assert shown["value"]["code"] == code
            assert shown["value"]["type"] == f"{PLACES[service]}/docs/problems#{code}"
            assert TABLES[service][code].members.keys() <= shown["value"].keys()


@pytest.mark.parametrize("service", SERVICES)
def test_every_problem_that_is_not_of_a_wrong_address_is_answered_somewhere(service: str) -> None:
    named = {
        code
        for operation in operations(made(service)).values()
        for response in operation["responses"].values()
        for code in response.get("content", {}).get(PROBLEM, {}).get("examples", {})
    }
    assert TABLES[service].keys() - named == {"not_found", "method_not_allowed"}


@pytest.mark.parametrize("service", SERVICES)
def test_every_link_leads_to_an_operation_with_such_parameters(service: str) -> None:
    known = {one["operationId"]: one for one in operations(made(service)).values()}
    links = [
        link
        for operation in known.values()
        for response in operation["responses"].values()
        for link in response.get("links", {}).values()
    ]
    assert links
    for link in links:
        taken = {one["name"]: one for one in known[link["operationId"]]["parameters"]}
        assert link["parameters"].keys() <= taken.keys()
        path = {name for name, one in taken.items() if one["in"] == "path"}
        assert path <= link["parameters"].keys()


@pytest.mark.parametrize("service", SERVICES)
def test_every_schema_is_one_is_referred_to_and_refers_to_others_that_are_there(service: str) -> None:
    whole = made(service)
    for schema in whole["components"]["schemas"].values():
        jsonschema_rs.meta.validate(standalone(whole, schema))
    referred = {one["$ref"] for one in _objects(whole) if isinstance(one.get("$ref"), str)}
    assert referred == {f"#/components/schemas/{name}" for name in whole["components"]["schemas"]}


def test_a_reference_that_leads_nowhere_is_caught() -> None:
    with pytest.raises(KeyError, match="Nothing"):
        standalone(made("query-api"), {"$ref": "#/components/schemas/Nothing"})


def _objects(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        yield part
    for one in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _objects(one)
