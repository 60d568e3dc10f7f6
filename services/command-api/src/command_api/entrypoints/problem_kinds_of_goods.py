"""Refusals by the rules about what is there: orders, products, lines, units."""

from typing import Final

from command_api.entrypoints.problem_shape import Kind, Member

_SKU: Final = Member("The product", "TEA-EARL-GREY")
_LIMIT: Final = Member("The most that there may be", 9_999)
_DISCOUNT: Final = Member("The code that was asked for", "SPRING-10")

MISSING: Final = {
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
    "discount_not_found": Kind(
        404,
        "The order has no such discount",
        "No discount of the order has this code.",
        "Check the code (case counts).",
        {"discount": _DISCOUNT},
    ),
    "charge_not_found": Kind(
        404,
        "The order has no such charge",
        "Nothing is charged for this kind of thing.",
        "Nothing is to be done: it is not charged.",
        {"kind": Member("`shipping`, `tax` or `fee`", "shipping")},
    ),
    "return_not_found": Kind(
        404,
        "The order has no such return",
        "No return of the order has this id.",
        "Use the `return_id` that the return was answered with.",
        {"return_id": Member("The id that was asked for", "0193f5a2-a1b2-7c3d-8e4f-5a6b7c8d9e0f")},
    ),
}
"""What a call is addressed to, and is not there."""

GOODS: Final = {
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
    "cancel_exceeds_unshipped": Kind(
        409,
        "More would be cancelled than is left to ship",
        "Of a line, more units are to be cancelled than are ordered and not yet shipped or cancelled.",
        "Cancel at most `unshipped` units; what is shipped can be returned once it has arrived.",
        {
            "sku": _SKU,
            "requested": Member("Units that were to be cancelled", 3),
            "unshipped": Member("Units that are left to ship", 1),
        },
    ),
    "return_exceeds_delivered": Kind(
        409,
        "More would be returned than was delivered",
        "Of a line, more units are to be sent back than were delivered and are not on their way back already.",
        "Return at most `returnable` units.",
        {
            "sku": _SKU,
            "requested": Member("Units that were to be returned", 3),
            "returnable": Member("Units that can be", 1),
        },
    ),
}
"""Rules about products, lines and units."""
