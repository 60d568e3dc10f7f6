"""Refusals by the rules about discounts, payments and refunds; and that an order has enough of something."""

from typing import Final

from command_api.entrypoints.problem_shape import Kind, Member

_DISCOUNT: Final = Member("The discount's code", "SPRING-10")
_AMOUNT: Final = Member("The amount that was asked for, in minor units", 1_988)

MONEY: Final = {
    "duplicate_discount": Kind(
        409,
        "The order has this discount already",
        "A discount of the same code is on the order.",
        "Nothing is to be done, or remove the discount first to apply it with other terms.",
        {"discount": _DISCOUNT},
    ),
    "discount_exceeds_total": Kind(
        409,
        "The discount is more than there is to discount",
        "The amount is more than the lines come to, less the discounts that are there. Charges are not discounted.",
        "Apply at most `left_cents`.",
        {
            "discount": _DISCOUNT,
            "amount_cents": _AMOUNT,
            "left_cents": Member("What could be taken off, in minor units", 998),
        },
    ),
    "duplicate_reference": Kind(
        409,
        "This reference is recorded already",
        "The order has a payment with this reference, where a payment is to be recorded, or such a refund.",
        "Look into the order's history: it is the same payment or refund, or it needs a reference of its own.",
        {"reference": Member("The reference", "ch_3Q8example")},
    ),
    "overpayment": Kind(
        409,
        "More was paid than is due",
        "The payment is more than the order's total less what is paid and not refunded.",
        "Check the amount; if the customer did pay that much, say `allow_overpayment`.",
        {"amount_cents": _AMOUNT, "due_cents": Member("What is due, in minor units", 998)},
    ),
    "refund_exceeds_paid": Kind(
        409,
        "More would be refunded than was paid",
        "The refund is more than what is paid and not yet refunded.",
        "Refund at most `refundable_cents`; record the payment first if it is missing.",
        {"amount_cents": _AMOUNT, "refundable_cents": Member("What can be refunded, in minor units", 998)},
    ),
    "part_limit": Kind(
        409,
        "The order would have too many of these",
        "The order has as many discounts, payments, refunds, shipments or returns as it may have.",
        "Remove a discount first; put what is to be shipped into fewer parcels; record several payments as one.",
        {
            "part": Member("`discounts`, `payments`, `refunds`, `shipments` or `returns`", "payments"),
            "limit": Member("The most that there may be", 500),
        },
    ),
    "note_limit": Kind(
        409,
        "The order would have too many notes",
        "The order has as many notes as it may have.",
        "Keep further remarks elsewhere: notes stay for good.",
        {"limit": Member("The most that there may be", 100)},
    ),
}
"""Rules about amounts, and about how many things an order may have."""
