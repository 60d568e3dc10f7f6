"""The read models that the log adds up to: a fold of its own over the JSON of the events."""

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
    elif name == "OrderShipped":
        parcel = {field: data[field] for field in ("shipment_id", "items", "carrier", "tracking")}
        order["shipments"] = [*order["shipments"], parcel | {"shipped_at": envelope["time"], "delivered_at": None}]
    elif name == "ShipmentDelivered":
        order["shipments"] = [
            parcel | {"delivered_at": envelope["time"]} if parcel["shipment_id"] == data["shipment_id"] else parcel
            for parcel in order["shipments"]
        ]
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
