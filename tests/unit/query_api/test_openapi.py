"""The OpenAPI document tells the truth and stands on its own."""

import json
from typing import Any, get_type_hints

import pytest
from prometheus_client import CollectorRegistry

from orders_contracts import orders
from query_api.application.bus import QueryBus
from query_api.entrypoints.addresses import API, BY_PATH
from query_api.entrypoints.app import Application, create_app
from query_api.entrypoints.problem_kinds import PROBLEMS
from query_api.entrypoints.schemas import ORDER_STATUSES


async def ready() -> list[str]:
    return []


@pytest.fixture(scope="module")
def app() -> Application:
    return create_app(QueryBus({}), CollectorRegistry(), ready, int, "a secret that is long enough for a test")


@pytest.fixture(scope="module")
def document(app: Application) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(json.dumps(app.openapi()))
    return read


def references(value: object) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*(references(one) for one in value.values()))
    if isinstance(value, list):
        return set().union(*(references(one) for one in value))
    return set()


def test_it_lists_the_questions_once_and_nothing_else(document: dict[str, Any]) -> None:
    assert set(document["paths"]) == {
        f"{API}/orders/{{order_id}}",
        f"{API}/orders",
        f"{API}/customers/{{customer_id}}/orders",
        f"{API}/customers/{{customer_id}}/summary",
        f"{API}/reports/sales",
        f"{API}/orders/{{order_id}}/history",
        f"{API}/orders/{{order_id}}/events",
        f"{API}/products/{{sku}}",
        f"{API}/products",
        f"{API}/commands/{{command_id}}",
        f"{API}/commands/{{command_id}}/events",
        f"{API}/projections",
    }
    assert all(set(item) == {"get"} for item in document["paths"].values())


def test_every_documented_route_answers_by_path_as_well(app: Application, document: dict[str, Any]) -> None:
    paths = {getattr(route, "path", "") for route in app.router.routes}
    assert {path.replace(API, BY_PATH, 1) for path in document["paths"]} <= paths


def test_no_reference_leads_nowhere(document: dict[str, Any]) -> None:
    found = references(document)
    assert "#/components/schemas/Problem" in found
    assert {one.rsplit("/", 1)[1] for one in found} <= set(document["components"]["schemas"])


def test_every_answer_is_described_with_examples(document: dict[str, Any]) -> None:
    for path, item in document["paths"].items():
        responses = item["get"]["responses"]
        (media_type,) = responses["200"]["content"]
        assert media_type == ("text/event-stream" if path.endswith("/events") else "application/json")
        assert responses["200"]["content"][media_type]["schema"], path
        for status in ("400", "422", "500", "503"):
            examples = responses[status]["content"]["application/problem+json"]["examples"]
            assert {PROBLEMS[code].status for code in examples} == {int(status)}
        assert {"read_model_behind", "read_model_parked"} <= responses["503"]["content"]["application/problem+json"][
            "examples"
        ].keys()


def test_path_parameters_are_all_described(document: dict[str, Any]) -> None:
    for path, item in document["paths"].items():
        named = {one["name"] for one in item["get"]["parameters"] if one["in"] == "path"}
        assert named == {part.strip("{}") for part in path.split("/") if part.startswith("{")}
        assert {"Consistency-Token", "Prefer"} <= {one["name"] for one in item["get"]["parameters"]}


def test_it_says_how_stale_reads_may_be_and_how_to_read_fresh(document: dict[str, Any]) -> None:
    assert "Reads lag writes by milliseconds" in document["info"]["description"]
    assert "Consistency-Token" in document["info"]["description"]


def test_the_states_are_those_of_the_event_language() -> None:
    (meta,) = get_type_hints(orders.OrderConfirmed, include_extras=True)["status"].__metadata__
    assert list(ORDER_STATUSES) == meta.extra_json_schema["enum"]


def test_members_that_older_answers_lack_may_be_absent_and_are_never_null(document: dict[str, Any]) -> None:
    may_lack = {
        "ShippedItem": {"line_number", "name"},
        "Problem": {"errors"},
        "Command": {"result", "problem", "ended_at"},
    }
    for name, members in may_lack.items():
        schema = document["components"]["schemas"][name]
        assert schema["properties"].keys() - set(schema["required"]) == members
        assert "default" not in str(schema)
        assert "null" not in str(schema)


def test_only_the_answer_about_a_command_may_lead_to_something_else(document: dict[str, Any]) -> None:
    leading = {
        path
        for path, item in document["paths"].items()
        if "Consistency-Token" in item["get"]["responses"]["200"]["headers"]
    }
    assert leading == {f"{API}/commands/{{command_id}}"}


def test_who_follows_a_command_to_its_end_is_told_not_to_come_back(document: dict[str, Any]) -> None:
    ending = {path for path, item in document["paths"].items() if "204" in item["get"]["responses"]}
    assert ending == {f"{API}/commands/{{command_id}}/events"}


def test_streams_say_from_where_they_go_on(document: dict[str, Any]) -> None:
    going_on = {
        path
        for path, item in document["paths"].items()
        if "Last-Event-ID" in {one["name"] for one in item["get"]["parameters"]}
    }
    assert going_on == {path for path in document["paths"] if path.endswith("/events")}
