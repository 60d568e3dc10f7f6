"""Every problem that this service answers with: one table for the answers, the OpenAPI document and the pages."""

from collections.abc import Mapping
from typing import Final

from command_api.entrypoints import addresses
from command_api.entrypoints.problem_kinds_of_goods import GOODS, MISSING
from command_api.entrypoints.problem_kinds_of_money import MONEY
from command_api.entrypoints.problem_shape import NOTHING_MORE, Kind, Member

__all__ = ["MEDIA_TYPE", "NOTHING_MORE", "PROBLEMS", "Kind", "Member", "example", "type_of"]

MEDIA_TYPE: Final = "application/problem+json"
_LOOK: Final = "Read the order from the query API and decide anew; the same request will not succeed later."

_FORM: Final = {
    "malformed_request": Kind(
        400,
        "The request cannot be read",
        "The body is not JSON (NaN, broken UTF-8 and lone surrogates are none), or a header such as `If-Match` or "
        "`Idempotency-Key` does not have the form it must have, or is missing where the service is set to require it.",
        "Mend the client: the same request will never succeed.",
    ),
    "body_too_large": Kind(
        413,
        "The body is too large",
        "The body has more than 256 KiB.",
        "Send less: split the call, for instance an order's items over several calls.",
    ),
    "unsupported_media_type": Kind(
        415,
        "The body is of a type that is not taken",
        "The body is not declared as `application/json`.",
        "Send JSON, with `Content-Type: application/json`.",
    ),
    "validation_failed": Kind(
        422,
        "The request is not valid",
        "The request can be read, but a field or a parameter is missing, unknown or out of its bounds.",
        "Mend what `errors` names: the same request will never succeed.",
        {
            "errors": Member(
                "What is wrong, and where: a JSON pointer into the body, or `path/<name>` and the like",
                [{"pointer": "/quantity", "detail": "Input should be greater than or equal to 1"}],
            )
        },
    ),
    "idempotency_key_reused": Kind(
        422,
        "The idempotency key was used for something else",
        "The same caller has sent another command to the same operation under this `Idempotency-Key`. Nothing has "
        "changed.",
        "Make a new key for each command, and send the same command under the same key only.",
    ),
    "not_found": Kind(
        404,
        "There is nothing at this path",
        "No operation of this service has this path.",
        "Look the path up in the documentation.",
    ),
    "method_not_allowed": Kind(
        405,
        "This path does not take the method",
        "The path is known, the method is not one that it takes. `Allow` names those that are.",
        "Use one of them. Questions go to the query API.",
    ),
}

_STATE: Final = {
    "illegal_transition": Kind(
        409,
        "The order's state does not allow this",
        "The order is in a state that does not take this command; a shipped one, for instance, cannot be cancelled.",
        _LOOK,
        {"state": Member("The order's present state", "CANCELLED")},
    ),
    "empty_order": Kind(
        409,
        "The order is empty",
        "An order without items is to be confirmed.",
        "Add an item, then confirm.",
    ),
    "missing_address": Kind(
        409,
        "The order has no shipping address",
        "An order that has nowhere to go is to be confirmed.",
        "Set the shipping address, then confirm.",
    ),
    "concurrent_update": Kind(
        409,
        "Others keep changing this",
        "Other writers were faster, several times in a row. Nothing has changed.",
        "Try again after `Retry-After`, with some jitter.",
        retry_after=1,
    ),
    "idempotency_key_in_flight": Kind(
        409,
        "The first request under this key has not ended yet",
        "A command with the same `Idempotency-Key` is under way. This one has changed nothing.",
        "Send the same request again after `Retry-After`: it is answered as the first one was.",
        retry_after=1,
    ),
    "stale_version": Kind(
        412,
        "This is not the present version",
        "`If-Match` names another version than the present one. Nothing has changed.",
        "Read what has changed since, decide anew, and send the new version.",
        {"current_version": Member("The present version; 0 where there is nothing yet", 4)},
    ),
    "version_required": Kind(
        428,
        "The version must be named",
        "The service is set to take no change without `If-Match`, and there is none.",
        'Send `If-Match: "<version>"` with the version that the change is meant for.',
    ),
}

_OURS: Final = {
    "internal_error": Kind(
        500,
        "Something went wrong here",
        "The service has a fault, or met one. Whether the command took effect may be unknown.",
        "Report the `trace_id`; read the present state before trying again.",
    ),
    "unavailable": Kind(
        503,
        "The service cannot answer just now",
        "Something the service needs, its database above all, does not answer. Whether the command took effect may be "
        "unknown.",
        "Try again after `Retry-After`, ever more slowly: with the same `Idempotency-Key`, or with `If-Match`, "
        "or after reading the present state.",
        retry_after=1,
    ),
}

PROBLEMS: Final[Mapping[str, Kind]] = {**_FORM, **MISSING, **_STATE, **GOODS, **MONEY, **_OURS}
"""By code. A test holds it against the subclasses of DomainError and the facts that each of them carries."""


def type_of(code: str) -> str:
    """The `type` of RFC 9457: a reference that leads to the page of all problems, also through a gateway."""
    return f"{addresses.BY_PATH}{addresses.PROBLEMS}#{code}"


def example(code: str) -> dict[str, object]:
    """A problem document as a client may get it."""
    kind = PROBLEMS[code]
    return {
        **{name: member.example for name, member in kind.members.items()},
        "type": type_of(code),
        "title": kind.title,
        "status": kind.status,
        "detail": f"{kind.title}.",
        "instance": "/api/v1/orders/0193f5a2-7b1c-7d3e-8f4a-5b6c7d8e9f01",
        "code": code,
        "trace_id": "c9c0a9f2-1d53-4a5e-9a51-6f0d3a3a6f57",
    }
