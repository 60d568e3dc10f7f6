"""Where a client can go on from an answer: the links of the OpenAPI document."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

_SUCCESSES: Final = ("200", "201")


class Link(NamedTuple):
    """The operation that may follow, and where its parameters are found (OpenAPI runtime expressions)."""

    operation: str
    parameters: Mapping[str, str]


_ORDER: Final = {"order_id": "$response.body#/order_id"}
_ITEM: Final = {**_ORDER, "sku": "$request.body#/sku"}
_PARCEL: Final = {**_ORDER, "shipment_id": "$response.body#/shipment_id"}
_PRODUCT: Final = {"sku": "$response.body#/sku"}
_RETURN: Final = {**_ORDER, "return_id": "$response.body#/return_id"}

LINKS: Final[Mapping[str, tuple[Link, ...]]] = {
    "create_order": (
        Link("add_item", _ORDER),
        Link("set_shipping_address", _ORDER),
        Link("apply_discount", _ORDER),
        Link("confirm_order", _ORDER),
        Link("discard_order", _ORDER),
    ),
    "add_item": (
        Link("change_item_quantity", _ITEM),
        Link("remove_item", _ITEM),
        Link("set_shipping_address", _ORDER),
        Link("confirm_order", _ORDER),
    ),
    "set_shipping_address": (Link("confirm_order", _ORDER),),
    "apply_discount": (Link("remove_discount", {**_ORDER, "code": "$request.body#/code"}),),
    "confirm_order": (
        Link("approve_review", _ORDER),
        Link("decline_review", _ORDER),
        Link("cancel_order", _ORDER),
        Link("record_payment", _ORDER),
        Link("ship_items", _ORDER),
    ),
    "record_payment": (Link("record_refund", _ORDER),),
    "ship_items": (Link("deliver_shipment", _PARCEL),),
    "deliver_shipment": (Link("request_return", _ORDER),),
    "request_return": (Link("receive_return", _RETURN), Link("reject_return", _RETURN)),
    "list_product": (Link("adjust_stock", _PRODUCT), Link("delist_product", _PRODUCT)),
}
"""By the name of the route."""


def with_links(document: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI document, with LINKS in the good answers. Raises LookupError for one that leads nowhere."""
    named = {_name(operation): operation for operation in operations(document)}
    for name, links in LINKS.items():
        described = {
            link.operation: {
                "operationId": named[link.operation]["operationId"],
                "parameters": dict(link.parameters),
                "description": named[link.operation]["summary"],
            }
            for link in links
        }
        for status in _SUCCESSES:
            if status in named[name]["responses"]:
                named[name]["responses"][status]["links"] = described
    return document


def operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every operation of an OpenAPI document."""
    for item in document["paths"].values():
        yield from item.values()


def _name(operation: dict[str, Any]) -> str:
    """The route's name: FastAPI puts the path behind it."""
    identity: str = operation["operationId"]
    return identity.partition("_api_v1_")[0]
