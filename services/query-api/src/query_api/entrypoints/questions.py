"""The parameters of the questions, each described once: how it is read is also what the OpenAPI document says."""

from typing import Final

from query_api.entrypoints.parameters import (
    Parameter,
    amount,
    currency,
    day,
    integer,
    moment,
    one_of,
    sku,
    text_up_to,
    uuid,
)
from query_api.entrypoints.schemas import ORDER_STATUSES

_UUID: Final = {"type": "string", "format": "uuid"}
_SKU: Final = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"}
_MOMENT: Final = {"type": "string", "format": "date-time"}
_DAY: Final = {"type": "string", "format": "date"}
_CENTS: Final = {"type": "integer", "format": "int64"}
_PRINTABLE: Final = {"type": "string", "minLength": 1, "maxLength": 1000, "pattern": "^[^\\u0000-\\u001f\\u007f]*$"}
_SOME_ORDER: Final = "0193f5a2-7b1c-7d3e-8f4a-5b6c7d8e9f01"
_SOME_COMMAND: Final = "0193f5a2-8d2e-7f60-9a7b-8c9d0e1f2a34"
_SOME_CUSTOMER: Final = "7d6f1c52-2f0e-4a57-9d53-0c6d1f6e2b11"

ORDER_ID: Final = Parameter("order_id", uuid, _UUID, "The order.", "path", _SOME_ORDER)
COMMAND_ID: Final = Parameter("command_id", uuid, _UUID, "The command.", "path", _SOME_COMMAND)
CUSTOMER_ID: Final = Parameter("customer_id", uuid, _UUID, "The customer.", "path", _SOME_CUSTOMER)
SKU: Final = Parameter("sku", sku, _SKU, "The product; case counts.", "path", "MUG-BLUE")

PAGE_SIZE: Final = Parameter(
    "page_size",
    integer(1, 100),
    {"type": "integer", "minimum": 1, "maximum": 100, "default": 20},
    "How many at most.",
)
PAGE_TOKEN: Final = Parameter(
    "page_token",
    text_up_to(1000),
    {"type": "string"},
    "`next_page_token` of the page before; fits only the same filters.",
)
PAGING: Final = (PAGE_SIZE, PAGE_TOKEN)

STATUS: Final = Parameter(
    "status", one_of(ORDER_STATUSES), {"type": "string", "enum": list(ORDER_STATUSES)}, "Its state."
)
FILTERS_OF_ONE_CUSTOMER: Final = (
    STATUS,
    Parameter("created_from", moment, _MOMENT, "Created at this moment or later.", example="2026-11-22T00:00:00Z"),
    Parameter("created_to", moment, _MOMENT, "Created before this moment.", example="2026-11-23T00:00:00Z"),
    Parameter("min_total_cents", amount, _CENTS, "Total not below this many minor units."),
    Parameter("max_total_cents", amount, _CENTS, "Total not above this many minor units."),
    Parameter("sku", sku, _SKU, "With a line of this SKU.", example="MUG-BLUE"),
    Parameter("reference", text_up_to(1000), _PRINTABLE, "The client's own reference, whole."),
)
FILTERS: Final = (
    Parameter("customer_id", uuid, _UUID, "Of this customer.", example=_SOME_CUSTOMER),
    *FILTERS_OF_ONE_CUSTOMER,
)

FROM_DAY: Final = Parameter(
    "from", day, _DAY, "The first day, in UTC; 29 days before the last unless told.", example="2026-11-01"
)
TO_DAY: Final = Parameter(
    "to", day, _DAY, "The last day, at most 365 after the first; today unless told.", example="2026-11-30"
)
CURRENCY: Final = Parameter(
    "currency",
    currency,
    {"type": "string", "pattern": "^[A-Z]{3}$"},
    "Of this currency only (ISO 4217).",
    example="EUR",
)

FRESHNESS: Final = (
    Parameter(
        "Consistency-Token",
        str,
        {"type": "string", "maxLength": 160},
        "From the answer to a command: this read then sees what that command did, or is answered 503.",
        "header",
    ),
    Parameter(
        "Prefer",
        str,
        {"type": "string"},
        "`wait=<seconds>` (2 if absent, 10 at most): how long to wait for that. `handling=lenient`: after that, "
        "the old state with `Consistency-Achieved: false` instead of 503.",
        "header",
        "wait=5, handling=lenient",
    ),
)
IF_NONE_MATCH: Final = Parameter(
    "If-None-Match",
    str,
    {"type": "string"},
    "ETags that the client has: 304 if one is the present one.",
    "header",
    '"3"',
)

LAST_EVENT_ID: Final = Parameter(
    "Last-Event-ID",
    integer(0, 10**18 - 1),
    {"type": "string", "pattern": "^(0|[1-9][0-9]{0,17})$"},
    "The `id` of the last event that the client has: all that came after it is sent. Without it, the present version "
    "comes first.",
    "header",
    "5",
)

FRESH_PROBLEMS: Final = (
    "malformed_request",
    "validation_failed",
    "unavailable",
    "read_model_behind",
    "read_model_parked",
)
"""What may go wrong with every question."""
