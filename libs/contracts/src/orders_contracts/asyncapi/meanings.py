"""What each field means, in a line. Models say it of a whole event; whoever looks a field up wants it beside the name.

They are laid over the published schemas as annotations: the schemas themselves are released and stay as they are.
"""

from collections.abc import Mapping
from typing import Any, Final

MEANINGS: Final[dict[str, str]] = {
    "specversion": "Version of CloudEvents: 1.0.",
    "id": "The event's id: the same wherever the event turns up, so a key against doing something twice.",
    "source": "Who wrote it.",
    "type": "What happened, and in which version it is told: `orders.<Name>.v<version>`.",
    "subject": "The aggregate's id: of an order or a command a UUID, of a product its SKU.",
    "time": "When it happened: RFC 3339 in UTC with six digits, so that texts sort like moments.",
    "datacontenttype": "Media type of `data`.",
    "dataschema": "Name of the JSON Schema that `data` obeys.",
    "partitionkey": "What keeps the events of an aggregate together: its id.",
    "aggregatetype": "Whose event it is.",
    "aggregateversion": "Version of the aggregate after the event: 1, 2, 3, ... without a hole.",
    "correlationid": "Id of the request that brought it about.",
    "causationid": "Id of what caused it, where that is known.",
    "traceparent": "W3C trace context, where there is one.",
    "actor": "Who asked for it, as a trusted gateway told; absent without one.",
    "data": "What happened; see the messages.",
    "epoch": "Number of the log, from 1. A higher one is another log.",
    "tick": "The last tick that is wholly published. Ticks number the log.",
    "sequences": "By partition: the last sequence that is published.",
    "at": "Everything committed up to this moment is published.",
    "logged": "By partition: the last sequence that the log has numbered; 0 where the relay has stopped the partition.",
    "projection": "Name of the reader, of its own: requests of one name and partition replace each other.",
    "partition": "The partition that is asked for.",
    "from": "The first sequence wanted: the checkpoint and one.",
    "count": "How many events at most.",
    "reply_to": "Key of the stream to be written.",
    "status": "Where the order stands in its life.",
    "payment_status": "How far it is paid.",
    "fulfilment_status": "How far it is shipped and delivered.",
    "return_status": "How far it has come back.",
    "currency": "ISO 4217 code. Amounts are integers of its minor unit.",
    "item_count": "Units in all lines, less those cancelled.",
    "subtotal_cents": "Sum of the line totals, before discounts.",
    "discount_cents": "Sum of all discounts.",
    "charges_cents": "Sum of all charges.",
    "total_cents": "What the customer owes: subtotal less discounts, and charges.",
    "returned_cents": "Worth of what has come back; the total stays.",
    "lines": "The lines that the event has changed, whole.",
    "OrderCreated.lines": "All lines.",
    "reason": "Why, in the words of whoever did it.",
    "line_number": "Number of the line in its order, from 1; never given again.",
    "sku": "The product.",
    "name": "The product's name.",
    "Line.name": "The product's name when it was first added.",
    "quantity": "Units.",
    "Line.quantity": "Units ordered, those cancelled later among them.",
    "unit_price_cents": "Price of one.",
    "Line.unit_price_cents": "Price of one when it was first added.",
    "line_total_cents": "Price of what is not cancelled, before discounts.",
    "Line.discount_cents": "Share of the line in the order's discounts.",
    "cancelled_quantity": "Units cancelled.",
    "shipped_quantity": "Units shipped.",
    "delivered_quantity": "Units delivered.",
    "return_requested_quantity": "Units that are to come back.",
    "returned_quantity": "Units that have come back.",
    "customer_id": "Whose order it is.",
    "reference": "A reference of the client's own.",
    "shipping_address": "Where the goods go.",
    "recipient": "Whom they are for.",
    "line1": "First line of the address.",
    "line2": "Second line of the address.",
    "city": "City.",
    "region": "State, county or province.",
    "postal_code": "Postal code.",
    "country": "ISO 3166-1 alpha-2 code.",
    "shipment_id": "The parcel.",
    "items": "What is in the parcel.",
    "carrier": "Who carries it.",
    "tracking": "The carrier's number for it.",
    "listed": "Whether it can be ordered.",
    "on_hand": "Units in stock, those reserved among them.",
    "reserved": "Units held for orders.",
    "available": "Units that can still be ordered: on hand less reserved.",
    "code": "The discount's code, once per order.",
    "percent_bp": "Basis points (hundredths of a percent) of what earlier discounts leave; null for an amount.",
    "DiscountApplied.amount_cents": "What it takes off, or all that is left if that is less; null for a percentage.",
    "kind": "What is charged for, once per order.",
    "label": "What the charge is called, where it has a name.",
    "ChargeSet.amount_cents": "What is charged.",
    "reviewer": "Who looked at it.",
    "OrderItemCancelled.quantity": "Units cancelled now.",
    "PaymentRecorded.amount_cents": "What was paid now.",
    "RefundRecorded.amount_cents": "What was paid back now.",
    "PaymentRecorded.reference": "The payment's reference, once among the order's payments.",
    "RefundRecorded.reference": "The refund's reference, once among the order's refunds.",
    "paid_cents": "Sum of all payments.",
    "refunded_cents": "Sum of all refunds.",
    "return_id": "The return.",
    "ReturnRequested.items": "What is to come back.",
    "restocked": "Whether it was put back on hand.",
    "text": "The remark.",
    "delta": "Units that came (above 0) or went (below 0).",
    "order_id": "The order concerned.",
    "command": "What kind of command it is, such as `ConfirmOrder`.",
    "accepted_at": "When it was accepted: the `time` of its first event.",
    "written": "What it changed.",
    "aggregate_type": "What it is that was changed.",
    "aggregate_id": "Its id: of an order a UUID, of a product its SKU.",
    "version": "Its version afterwards, or as it stood where the command had nothing to change.",
    "result": "The body that the call would have answered at once: names, and texts or integers.",
    "problem": "The problem (RFC 9457) that the call would have answered at once.",
}


def notes(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema that demands nothing and describes each field of `schema`, at every depth.

    Raises KeyError for a field that has no meaning yet.
    """
    return _notes(schema, schema.get("$defs", {}))


def _notes(schema: Mapping[str, Any], parts: Mapping[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return _notes(parts[schema["$ref"].rpartition("/")[2]], parts)
    if "items" in schema:
        inside = _notes(schema["items"], parts)
        return {"items": inside} if inside else {}
    if "anyOf" in schema:
        return next(filter(None, (_notes(choice, parts) for choice in schema["anyOf"])), {})
    if "properties" not in schema:
        return {}
    title = schema["title"]
    fields = schema["properties"].items()
    return {
        "properties": {name: {"description": meaning(title, name)} | _notes(field, parts) for name, field in fields}
    }


def meaning(title: str, name: str) -> str:
    """What the field `name` means in the model `title`. Raises KeyError."""
    return MEANINGS.get(f"{title}.{name}") or MEANINGS[name]
