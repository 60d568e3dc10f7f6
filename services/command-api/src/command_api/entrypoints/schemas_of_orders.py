"""The bodies of requests about an order that stands, or waits for a review; and what they are answered."""

from typing import Annotated

from pydantic import Field

from command_api.entrypoints.fields import Body, Name, Quantity, Reason, example_of, printable_lines
from command_api.entrypoints.schemas import EXAMPLE_ITEM, ItemBody
from orders_domain.values import MAX_LINES, MAX_NOTE_CHARACTERS


class ReviewBody(Body):
    """Who decided, and why."""

    model_config = example_of(reviewer="Grace Hopper", reason="The customer is known")

    reviewer: Name
    reason: Reason


class CancelItemBody(Body):
    """So many units that are not shipped."""

    model_config = example_of(quantity=1, reason="No longer made")

    quantity: Quantity
    reason: Reason


class ReturnBody(Body):
    """What the customer wants to send back."""

    model_config = example_of(items=[EXAMPLE_ITEM], reason="Too small")

    items: Annotated[list[ItemBody], Field(min_length=1, max_length=MAX_LINES)]
    reason: Reason


class ReceiptBody(Body):
    """Whether the units may be sold again: then they are put on hand."""

    model_config = example_of(restock=True)

    restock: bool


class NoteBody(Body):
    """A remark, in lines if need be: they end with a line feed."""

    model_config = example_of(text="Leave it with the neighbour.\nThe bell does not ring.")

    text: Annotated[str, printable_lines(MAX_NOTE_CHARACTERS)]
