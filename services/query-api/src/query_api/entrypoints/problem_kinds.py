"""Every problem that this service answers with: one table for the answers, the OpenAPI document and the pages."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from query_api.entrypoints import addresses

MEDIA_TYPE: Final = "application/problem+json"
NOTHING_MORE: Final[Mapping[str, "Member"]] = MappingProxyType({})


class Member(NamedTuple):
    """A fact that a problem document carries beside the members that all of them have."""

    meaning: str
    example: object


class Kind(NamedTuple):
    """What all problems of one code have in common. Texts may hold `code` between backticks."""

    status: int
    title: str
    when: str
    advice: str
    members: Mapping[str, Member] = NOTHING_MORE
    retry_after: int | None = None
    """Seconds, for the header Retry-After."""


PROBLEMS: Final[Mapping[str, Kind]] = {
    "malformed_request": Kind(
        400,
        "The request cannot be read",
        "The path or the query is not percent-encoded UTF-8, a page token was not handed out by this list with these "
        "filters, or a `Consistency-Token` was not handed out by this system.",
        "Mend the client: the same request will never succeed. Begin a list anew without its page token.",
    ),
    "not_found": Kind(
        404,
        "There is nothing at this path",
        "No question of this service has this path.",
        "Look the path up in the documentation.",
    ),
    "order_not_found": Kind(
        404,
        "There is no such order",
        "The read model has no order of this id. It lags writes by milliseconds.",
        "Check the id. Right after creating it, send the `Consistency-Token` of that answer along.",
    ),
    "product_not_found": Kind(
        404,
        "There is no such product",
        "The read model has no product of this SKU. It lags writes by milliseconds.",
        "Check the SKU (case counts). Right after listing it, send the `Consistency-Token` of that answer along.",
    ),
    "command_not_found": Kind(
        404,
        "There is no such command",
        "The read model has no command of this id that was accepted for later. It lags writes by milliseconds.",
        "Check the id. Right after the 202, send the `Consistency-Token` of that answer along.",
    ),
    "method_not_allowed": Kind(
        405,
        "This path does not take the method",
        "The path is known, the method is not one that it takes. `Allow` names those that are.",
        "Ask with GET or HEAD. Changes go to the command API.",
    ),
    "validation_failed": Kind(
        422,
        "The request is not valid",
        "The request can be read, but a parameter is unknown, given twice or out of its bounds.",
        "Mend what `errors` names: the same request will never succeed.",
        {
            "errors": Member(
                "What is wrong, and where: `/path/<name>`, `/query/<name>` or `/header/<name>`",
                [{"pointer": "/query/page_size", "detail": "page_size is not an integer from 1 to 100."}],
            )
        },
    ),
    "internal_error": Kind(
        500,
        "Something went wrong here",
        "The service has a fault, or met one.",
        "Try again later; report the `trace_id` where it stays.",
    ),
    "read_model_behind": Kind(
        503,
        "The read model does not have this version yet",
        "The version that a `Consistency-Token` names has not arrived in the time that `Prefer: wait` allows.",
        "Try again after `Retry-After`, or take the old state with `Prefer: handling=lenient`.",
        retry_after=1,
    ),
    "read_model_parked": Kind(
        503,
        "The read model cannot take this version in",
        "An event of the order, product or command that a `Consistency-Token` names could not be applied: it is "
        "parked, with all that came after it, until a person has seen to it.",
        "Try again after minutes rather than seconds, or take the old state with `Prefer: handling=lenient`. The "
        "change itself is kept: do not send the command again.",
        retry_after=60,
    ),
    "unavailable": Kind(
        503,
        "The service cannot answer just now",
        "Something the service needs, its database above all, does not answer; or as many event streams are open as "
        "there may be.",
        "Try again after `Retry-After`, ever more slowly.",
        retry_after=1,
    ),
}
"""By code. A test holds it against the subclasses of QueryError."""


def type_of(code: str) -> str:
    """The `type` of RFC 9457: a reference that leads to the page of all problems, also through a gateway."""
    return f"{addresses.BY_PATH}{addresses.PROBLEMS}#{code}"


def example(code: str) -> dict[str, object]:
    """A problem document as a client may get it."""
    kind = PROBLEMS[code]
    return {
        "type": type_of(code),
        "title": kind.title,
        "status": kind.status,
        "detail": f"{kind.title}.",
        "instance": "/api/v1/orders/0193f5a2-7b1c-7d3e-8f4a-5b6c7d8e9f01",
        "code": code,
        "trace_id": "c9c0a9f2-1d53-4a5e-9a51-6f0d3a3a6f57",
        **{name: member.example for name, member in kind.members.items()},
    }
