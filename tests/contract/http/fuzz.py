"""Both services under requests that schemathesis makes of their OpenAPI documents: right ones, wrong ones, and chains.

It runs all its phases (examples, boundaries, fuzzing, chains of calls along the links) and all its checks, and three
of our own. Importing it takes a second, so tests do so when they run.
"""

import os
import re
from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import schemathesis
from schemathesis.engine import Status, events, from_schema
from schemathesis.python import asgi
from starlette.types import ASGIApp

from orders_contracts.consistency import ConsistencyToken, encode_token
from tests.contract.http.seed import BOUGHT, CONFIRMED, CUSTOMER, DRAFTS, MUG, ORDER, PARCEL, TEA
from tests.contract.http.seed_accepted import IDS as ACCEPTED_IDS
from tests.contract.http.seed_later import ARRIVED, DOUBTED, PRICED, RETURNS, SPARE, SPRING, STANDING

EXAMPLES: Final = int(os.environ.get("FUZZ_EXAMPLES", "5"))
"""Of each operation, and chains of calls."""
_ALWAYS_THE_SAME: Final = {} if "FUZZ_EXAMPLES" in os.environ else {"seed": 7}
_PROBLEM: Final = "application/problem+json"
_OF_FORM: Final = {"malformed_request", "validation_failed", "unsupported_media_type", "body_too_large"}
_UNAVAILABLE: Final = "unavailable"
_TOKENS: Final = {"page_token", "consistency-token"}
"""Only this system can make one: any other text is malformed, which no schema can tell."""
_CHECKS: Final = {
    "positive_data_acceptance": {"enabled": False},  # refusals_for_form knows codes
    "not_a_server_error": {"expected-statuses": ["2xx", "3xx", "4xx", "503"]},  # lasting_unavailability looks twice
}
_DICTIONARIES: Final[Mapping[str, list[str]]] = {
    "skus": [TEA, MUG],
    "orders": [str(ORDER), str(BOUGHT), *map(str, CONFIRMED)],
    "drafts": list(map(str, DRAFTS[:8])),
    "wanted": list(map(str, DRAFTS[8:16])),
    "dropped": list(map(str, DRAFTS[16:])),
    "confirmed": list(map(str, CONFIRMED[::2])),
    "called off": list(map(str, CONFIRMED[1::2])),
    "underway": [str(ORDER)],
    "priced": list(map(str, PRICED)),
    "discounts": [SPRING],
    "doubted": list(map(str, DOUBTED[::2])),
    "suspected": list(map(str, DOUBTED[1::2])),
    "standing": list(map(str, STANDING)),
    "arrived": [str(ARRIVED)],
    "returns": list(map(str, RETURNS[::2])),
    "unwanted": list(map(str, RETURNS[1::2])),
    "spare": list(SPARE),
    "parcels": [str(PARCEL)],
    "customers": [str(CUSTOMER)],
    "versions": ["*", '"1"'],
    "accepted": list(map(str, ACCEPTED_IDS)),
    "tokens": [
        encode_token(ConsistencyToken("order", str(BOUGHT), 1)),
        *(encode_token(ConsistencyToken("command", str(command_id), 1)) for command_id in ACCEPTED_IDS),
    ],
    "preferences": ["wait=0", "handling=lenient, wait=0"],
}
_ORDER_PATH: Final = "/api/v1/orders/{order_id}"
COMMANDS: Final = {
    "path.sku": "skus",
    "path.order_id": "drafts",
    "path.shipment_id": "parcels",
    "path.return_id": "returns",
    "path.code": "discounts",
    "body.sku": "skus",
    "body.items[*].sku": "skus",
    "header.if-match": "versions",
}
"""Which dictionary most values of a parameter come from, so that there is something to find."""
COMMANDS_ON: Final = {
    **{
        f"{call} {_ORDER_PATH}/{place}": {"path.order_id": orders}
        for orders, calls in {
            "priced": (
                "PUT items/{sku}",
                "POST discounts",
                "DELETE discounts/{code}",
                "PUT charges/{kind}",
                "DELETE charges/{kind}",
            ),
            "doubted": ("POST review/approve",),
            "suspected": ("POST review/decline",),
            "standing": ("POST items/{sku}/cancel",),
            "arrived": (
                "POST payments",
                "POST refunds",
                "POST returns",
                "POST returns/{return_id}/receive",
            ),
        }.items()
        for call, place in (one.split() for one in calls)
    },
    f"POST {_ORDER_PATH}/returns/{{return_id}}/reject": {"path.order_id": "arrived", "path.return_id": "unwanted"},
    "DELETE /api/v1/products/{sku}": {"path.sku": "spare"},
    "POST /api/v1/orders/{order_id}/confirm": {"path.order_id": "wanted"},
    "DELETE /api/v1/orders/{order_id}": {"path.order_id": "dropped"},
    "POST /api/v1/orders/{order_id}/cancel": {"path.order_id": "called off"},
    "POST /api/v1/orders/{order_id}/shipments": {"path.order_id": "confirmed"},
    "POST /api/v1/orders/{order_id}/shipments/{shipment_id}/deliver": {"path.order_id": "underway"},
}
"""The same for single operations. What ends an order has orders of its own, or the next would find none."""
QUERIES: Final = {
    "path.sku": "skus",
    "query.sku": "skus",
    "path.order_id": "orders",
    "path.customer_id": "customers",
    "path.command_id": "accepted",
    "header.Consistency-Token": "tokens",
    "header.Prefer": "preferences",
}


def settings(
    parameters: Mapping[str, str] = MappingProxyType({}),
    on: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
    **more: Any,
) -> schemathesis.Config:
    """All phases, all checks. `parameters` and `on` are such as COMMANDS and COMMANDS_ON."""
    return schemathesis.Config.from_dict(
        {
            **_ALWAYS_THE_SAME,
            "generation": {"max-examples": EXAMPLES, "deterministic": bool(_ALWAYS_THE_SAME), "database": "none"},
            "dictionaries": {name: {"values": values} for name, values in _DICTIONARIES.items()},
            "parameters": _bound(parameters),
            "operations": [{"include-name": name, "parameters": _bound({**parameters, **on[name]})} for name in on],
            "checks": _CHECKS,
            "output": {"sanitization": {"enabled": False}},
            **more,
        }
    )


def _bound(parameters: Mapping[str, str]) -> dict[str, object]:
    return {place: {"dictionary": name, "probability": 0.8} for place, name in parameters.items()}


@schemathesis.check
def refusals_for_form(
    _ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case[Any]
) -> None:
    """What the document calls right is never refused for its form."""
    problem = _problem(response)
    refused = problem.get("code") in _OF_FORM and _is_right(case)
    if refused and not all(map(_is_beyond_schemas, problem.get("errors", [{}]))):
        raise AssertionError(f"A right request is refused for its form: {response.text}")


def _is_right(case: schemathesis.Case[Any]) -> bool:
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return False
    headers = {name.lower(): value for name, value in (case.headers or {}).items()}
    if _TOKENS & {*headers, *(case.query or {})}:
        return False
    # At boundaries schemathesis writes headers of letters and digits only, whatever their pattern asks for.
    return all(
        re.search(parameter["schema"].get("pattern", ""), str(headers.get(parameter["name"].lower(), "*")))
        for parameter in case.operation.definition.raw.get("parameters", ())
        if parameter["in"] == "header"
    )


def _is_beyond_schemas(error: Mapping[str, str]) -> bool:
    """A currency that ISO 4217 does not have; days that fit no report; 2.0, which JSON Schema calls an integer."""
    pointer, detail = error.get("pointer", ""), error.get("detail", "")
    of_no_report = pointer == "/query/from" and "report" in detail
    return pointer.endswith("/currency") or of_no_report or detail == "Input should be a valid integer"


@schemathesis.check
def documented_problems(
    _ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case[Any]
) -> None:
    """Every problem that is answered stands in the document, with this operation and this status."""
    code = _problem(response).get("code", "method_not_allowed")
    told = case.operation.definition.raw["responses"].get(str(response.status_code), {}).get("content", {})
    if code not in told.get(_PROBLEM, {}).get("examples", {}) and code != "method_not_allowed":
        raise AssertionError(f"{code} ({response.status_code}) is not documented")


@schemathesis.check
def lasting_unavailability(
    _ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case[Any]
) -> None:
    """A machine that is busy for a moment may be told of, but no request is answered so whenever it is sent."""
    if _problem(response).get("code") == _UNAVAILABLE and _problem(case.call()).get("code") == _UNAVAILABLE:
        raise AssertionError(f"Unavailable, and again: {response.text}")


def _problem(response: schemathesis.Response) -> dict[str, Any]:
    """The problem document; nothing for another answer."""
    is_one = any(_PROBLEM in value for value in response.headers.get("content-type", []))
    return dict(response.json()) if is_one else {}


class Findings:
    """What a run found, and what it saw on its way."""

    def __init__(self) -> None:
        self.faults: dict[str, str] = {}
        """By operation and check: what was wrong, and how to see it again."""
        self.answers: Counter[tuple[str, int]] = Counter()
        """By operation and status."""
        self.links: Counter[str] = Counter()
        """How often a link was followed, by the operation that it leads to."""

    def note(self, event: events.EngineEvent) -> None:
        """Take in what the engine tells. Raises what ended the run before its time."""
        match event:
            case events.ScenarioFinished():
                self._answers(event)
                self._faults(event)
            case events.NonFatalError():
                self.faults[f"{event.label}: {type(event.value).__name__}"] = str(event.value)
            case events.FatalError():
                raise event.exception

    def _answers(self, event: events.ScenarioFinished) -> None:
        for case_id, interaction in event.recorder.interactions.items():
            node = event.recorder.cases[case_id]
            operation = node.value.operation.label
            if interaction.response is not None:
                self.answers[operation, interaction.response.status_code] += 1
            if node.is_transition_applied:
                self.links[operation] += 1

    def _faults(self, event: events.ScenarioFinished) -> None:
        for case_id, checks in event.recorder.checks.items():
            operation = event.recorder.cases[case_id].value.operation.label
            for check in checks:
                if check.status is Status.FAILURE and check.failure_info is not None:
                    answer = event.recorder.find_response(case_id=case_id)
                    told = "" if answer is None else f"{answer.status_code} {answer.text}"
                    seen = f"{check.failure_info.failure.message}\n{told}\n{check.failure_info.code_sample}"
                    self.faults.setdefault(f"{operation}: {check.name}", seen)


def run(app: ASGIApp, config: schemathesis.Config) -> Findings:
    """Ask `app` for its document, and then all that can be made of it. Raises ValueError for one that is no OpenAPI."""
    findings = Findings()
    try:
        schema = schemathesis.openapi.from_asgi("/openapi.json", app, config=config)
        schema.validate()
        for event in from_schema(schema).execute():
            findings.note(event)
    finally:
        asgi.shutdown_lifespans()
    return findings
