"""The read models that the log adds up to: a fold of its own over the JSON of the events."""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import Any, Final

Document = dict[str, Any]

RESULTS: Final = (
    "status", "currency", "item_count", "subtotal_cents", "discount_cents", "charges_cents", "total_cents",
    "returned_cents", "payment_status", "fulfilment_status", "return_status",
)  # fmt: skip
SUMMARY: Final = (
    "order_id", "customer_id", "reference", "status", "version", "currency", "item_count", "total_cents",
    "created_at", "updated_at",
)  # fmt: skip
PRODUCT: Final = ("sku", "name", "unit_price_cents", "currency", "listed", "on_hand", "reserved", "available")
_LATER: Final = ("discounts", "charges", "shipments", "returns", "notes")


def name_of(envelope: Document) -> str:
    """`OrderCreated` for `orders.OrderCreated.v1`."""
    return str(envelope["type"]).split(".")[1]


def next_order(order: Document | None, envelope: Document) -> Document:
    """The order's document after one more event; `order` is changed in place. Raises LookupError for no next event."""
    data, name = envelope["data"], name_of(envelope)
    if order is None:
        if name != "OrderCreated":
            raise LookupError(f"{name} is the first event of {envelope['subject']}")
        order = _begun(envelope)
    order |= {field: data[field] for field in RESULTS}
    order |= {"version": envelope["aggregateversion"], "updated_at": envelope["time"]}
    lines = {line["line_number"]: line for line in (*order["items"], *data["lines"])}
    order["items"] = [lines[number] for number in sorted(lines)]
    if name == "OrderItemRemoved":
        order["items"] = [line for line in order["items"] if line["sku"] != data["sku"]]
    elif name == "ShippingAddressSet":
        order["shipping_address"] = data["shipping_address"]
    elif name in _PARTS:
        field, next_parts = _PARTS[name]
        order[field] = next_parts(order[field], envelope)
    return order


def summary_of(order: Document) -> Document:
    """What lists show of an order."""
    return {field: order[field] for field in SUMMARY}


def history_of(envelope: Document) -> Document:
    """What the history shows of an event."""
    return {
        "version": envelope["aggregateversion"],
        "type": name_of(envelope),
        "occurred_at": envelope["time"],
        "actor": envelope.get("actor"),
        "data": envelope["data"],
    }


def product_after(envelope: Document) -> Document:
    """The product's document after an event; every one carries it whole."""
    document = {field: envelope["data"][field] for field in PRODUCT}
    return document | {"version": envelope["aggregateversion"], "updated_at": envelope["time"]}


def command_after(envelope: Document) -> Document:
    """The command's document after an event; the one that ends it tells it whole."""
    data = envelope["data"]
    document = {"command_id": envelope["subject"], "command": data["command"]}
    if name_of(envelope) == "CommandAccepted":
        return document | {"status": "accepted", "accepted_at": envelope["time"]}
    outcome = "result" if name_of(envelope) == "CommandSucceeded" else "problem"
    status = {"result": "succeeded", "problem": "failed"}[outcome]
    times = {"accepted_at": data["accepted_at"], "ended_at": envelope["time"]}
    return document | {"status": status, outcome: data[outcome]} | times


def token_after(envelope: Document) -> str | None:
    """The Consistency-Token of what the command did, once it has done something."""
    written = envelope["data"].get("written")
    if written is None:
        return None
    plain = f"{written['aggregate_type'][0]}{written['version']}.{written['aggregate_id']}"
    return urlsafe_b64encode(plain.encode()).rstrip(b"=").decode()


Parts = list[Document]


def _with(parts: Parts, field: str, part: Document) -> Parts:
    """`part` in the place of the one that has the same `field`, or else as the last."""
    places = {one[field]: one for one in parts}
    places[part[field]] = part
    return list(places.values())


def _changed(parts: Parts, field: str, data: Document, more: Document) -> Parts:
    """All parts; those whose `field` is that of `data` have `more`."""
    return [part | more if part[field] == data[field] else part for part in parts]


def _without(parts: Parts, field: str, data: Document) -> Parts:
    return [part for part in parts if part[field] != data[field]]


def _fields(envelope: Document, *names: str, **more: object) -> Document:
    return {name: envelope["data"][name] for name in names} | more


def _shipped(parts: Parts, envelope: Document) -> Parts:
    parcel = _fields(envelope, "shipment_id", "items", "carrier", "tracking")
    return _with(parts, "shipment_id", parcel | {"shipped_at": envelope["time"], "delivered_at": None})


def _delivered(parts: Parts, envelope: Document) -> Parts:
    return _changed(parts, "shipment_id", envelope["data"], {"delivered_at": envelope["time"]})


def _requested(parts: Parts, envelope: Document) -> Parts:
    asked = _fields(envelope, "return_id", "items", "reason", status="requested", requested_at=envelope["time"])
    return _with(parts, "return_id", asked | {"restocked": None, "rejection_reason": None, "settled_at": None})


def _received(parts: Parts, envelope: Document) -> Parts:
    more = _fields(envelope, "restocked", status="received", settled_at=envelope["time"])
    return _changed(parts, "return_id", envelope["data"], more)


def _rejected(parts: Parts, envelope: Document) -> Parts:
    more = {"rejection_reason": envelope["data"]["reason"], "status": "rejected", "settled_at": envelope["time"]}
    return _changed(parts, "return_id", envelope["data"], more)


def _noted(parts: Parts, envelope: Document) -> Parts:
    return [*parts, _fields(envelope, "text", added_at=envelope["time"], actor=envelope.get("actor"))]


_PARTS: Final[Mapping[str, tuple[str, Callable[[Parts, Document], Parts]]]] = {
    "DiscountApplied": (
        "discounts",
        lambda parts, envelope: _with(parts, "code", _fields(envelope, "code", "percent_bp", "amount_cents")),
    ),
    "DiscountRemoved": ("discounts", lambda parts, envelope: _without(parts, "code", envelope["data"])),
    "ChargeSet": (
        "charges",
        lambda parts, envelope: _with(parts, "kind", _fields(envelope, "kind", "label", "amount_cents")),
    ),
    "ChargeRemoved": ("charges", lambda parts, envelope: _without(parts, "kind", envelope["data"])),
    "OrderShipped": ("shipments", _shipped),
    "ShipmentDelivered": ("shipments", _delivered),
    "ReturnRequested": ("returns", _requested),
    "ReturnReceived": ("returns", _received),
    "ReturnRejected": ("returns", _rejected),
    "NoteAdded": ("notes", _noted),
}
"""By the name of an event: which list of the order it changes, and how."""


def _begun(envelope: Document) -> Document:
    data = envelope["data"]
    return {
        "order_id": envelope["subject"],
        "customer_id": data["customer_id"],
        "reference": data["reference"],
        "shipping_address": data["shipping_address"],
        "created_at": envelope["time"],
        "items": [],
    } | {field: [] for field in _LATER}
