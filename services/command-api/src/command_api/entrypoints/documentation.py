"""What OpenAPI says beside the routes themselves."""

from typing import Any, Final

from pydantic import BaseModel

from command_api.entrypoints.schemas import Problem

DESCRIPTION: Final = """\
Changes orders and products. Every call is a command: it is decided by the rules, written together with its event,
and answered with the new version only. What it led to is read from the query API, some milliseconds later.

To be sure to read your own write, send the answer's `Consistency-Token` along with the next query.
"""

_MEANINGS: Final = {
    400: "Not enough stock, or a request that cannot be read",
    404: "There is no such thing",
    409: "The present state does not allow it",
    412: "If-Match names another version",
    413: "The body is too large",
    415: "The body is not JSON",
    422: "The request is not of the form it must have, or names what does not exist",
    428: "If-Match is required here",
    503: "Something needed does not answer; try again",
}
_HEADERS: Final = {
    "ETag": {"description": "The new version, quoted", "schema": {"type": "string"}},
    "Consistency-Token": {"description": "Send it with a query to see this write", "schema": {"type": "string"}},
    "X-Request-Id": {"description": "The request's id, yours or ours", "schema": {"type": "string"}},
}


def answers(model: type[BaseModel], *, created: bool | None = None, location: bool = False) -> dict[int | str, Any]:
    """The `responses` of a command's route. `created` is None where it may create or change."""
    headers: dict[str, Any] = dict(_HEADERS)
    if location:
        headers["Location"] = {"description": "Where the query API will answer it", "schema": {"type": "string"}}
    good = {"model": model, "headers": headers}
    successes: dict[int | str, Any] = {}
    if created is not False:
        successes[201] = {"description": "Made", **good}
    if created is not True:
        successes[200] = {"description": "Done; or it was so already, with the version that it has", **good}
    problems: dict[int | str, Any] = {
        status: {
            "description": meaning,
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, meaning in _MEANINGS.items()
    }
    return {**successes, **problems}


def with_problem_schema(document: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI document, with the schema that all problems refer to, and ours for 422 instead of FastAPI's."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas["Problem"] = problem
    return document
