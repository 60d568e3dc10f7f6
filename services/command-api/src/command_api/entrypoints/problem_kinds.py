"""Every problem that this service answers with: one table for the answers, the OpenAPI document and the pages."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from command_api.entrypoints import addresses

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


_SKU: Final = Member("The product", "TEA-EARL-GREY")
_LIMIT: Final = Member("The most that there may be", 9_999)
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

_MISSING: Final = {
    "order_not_found": Kind(
        404,
        "There is no such order",
        "No order has this id.",
        "Check the id; orders come into being by `POST /orders` only.",
        {"order_id": Member("The id that was asked for", "0193f5a2-7b1c-7d3e-8f4a-5b6c7d8e9f01")},
    ),
    "product_not_found": Kind(
        404,
        "There is no such product",
        "No product has the SKU that the call is addressed to.",
        "Check the SKU (case counts), or list the product first.",
        {"sku": _SKU},
    ),
    "item_not_found": Kind(
        404,
        "The order has no such item",
        "No line of the order has this SKU.",
        "Read the order; add the item before changing or shipping it.",
        {"sku": _SKU},
    ),
    "shipment_not_found": Kind(
        404,
        "The order has no such shipment",
        "No shipment of the order has this id.",
        "Use the `shipment_id` that the shipment was answered with.",
        {"shipment_id": Member("The id that was asked for", "0193f5a2-9c2d-7e4f-8a5b-6c7d8e9f0a12")},
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

_RULES: Final = {
    "insufficient_inventory": Kind(
        400,
        "There is not enough in stock",
        "Of one SKU or more, fewer units are available than asked for. Nothing is reserved.",
        "Ask for less, or wait for stock; all SKUs that are short are named.",
        {
            "items": Member(
                "Per SKU, how many units were `requested` and are `available`",
                [{"sku": "TEA-EARL-GREY", "requested": 5, "available": 2}],
            )
        },
    ),
    "quantity_limit": Kind(
        409,
        "There would be too many units",
        "A line, or a stock, would grow beyond its limit.",
        "Ask for less; a larger need takes a second order.",
        {"sku": _SKU, "limit": _LIMIT},
    ),
    "line_limit": Kind(
        409,
        "The order would have too many lines",
        "The order would have more lines than the limit.",
        "Put the rest in a second order.",
        {"limit": _LIMIT._replace(example=500)},
    ),
    "shipment_exceeds_ordered": Kind(
        409,
        "More would be shipped than is ordered",
        "Of a line, more units are to be shipped than are ordered and not yet shipped.",
        "Ship at most `unshipped` units.",
        {
            "sku": _SKU,
            "requested": Member("Units that were to be shipped", 3),
            "unshipped": Member("Units that are left to ship", 1),
        },
    ),
    "product_delisted": Kind(
        409,
        "The product is no longer sold",
        "A new line names a product that takes no new lines. Lines that are there go on.",
        "Leave the product out.",
        {"sku": _SKU},
    ),
    "stock_below_reserved": Kind(
        409,
        "Orders hold more than would be left",
        "The adjustment would leave fewer units on hand than confirmed orders hold.",
        "Cancel orders first, or adjust by less.",
        {
            "sku": _SKU,
            "on_hand": Member("Units that are there", 5),
            "reserved": Member("Units of them that orders hold", 3),
            "delta": Member("The adjustment that was asked for", -3),
        },
    ),
    "unknown_product": Kind(
        422,
        "A product does not exist",
        "An item names a SKU that no product has.",
        "Check the SKU (case counts), or list the product first.",
        {"sku": _SKU},
    ),
    "currency_mismatch": Kind(
        422,
        "The currency does not fit",
        "An order has one currency, and a product one for ever; this item, or this price, is in another one.",
        "Use the currency `expected`, or a second order.",
        {
            "sku": _SKU,
            "expected": Member("The currency that it must be in (ISO 4217)", "EUR"),
            "actual": Member("The currency that it is in", "JPY"),
        },
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

PROBLEMS: Final[Mapping[str, Kind]] = {**_FORM, **_MISSING, **_STATE, **_RULES, **_OURS}
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
