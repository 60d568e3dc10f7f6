"""Decisions of somebody who looks at an order: a review's end, and remarks."""

from orders_domain.errors import NoteLimit
from orders_domain.events import NoteAdded, OrderEvent, OrderReviewApproved, OrderReviewDeclined
from orders_domain.order_state import OrderState
from orders_domain.values import MAX_NOTE_CHARACTERS, MAX_NOTES, OrderStatus


def approve_review(order: OrderState, reviewer: str, reason: str) -> tuple[OrderEvent, ...]:
    """Lets the order stand. Raises IllegalTransition unless it is in review."""
    order.require_status("approve the review", OrderStatus.PENDING_REVIEW)
    results = order.results_with(status=OrderStatus.CONFIRMED)
    return (OrderReviewApproved(reviewer=reviewer, reason=reason, results=results),)


def decline_review(order: OrderState, reviewer: str, reason: str) -> tuple[OrderEvent, ...]:
    """Calls the order off. The caller releases `order.unshipped()` in the same transaction.

    Raises IllegalTransition unless it is in review.
    """
    order.require_status("decline the review", OrderStatus.PENDING_REVIEW)
    results = order.results_with(status=OrderStatus.CANCELLED)
    return (OrderReviewDeclined(reviewer=reviewer, reason=reason, results=results),)


def add_note(order: OrderState, text: str) -> tuple[OrderEvent, ...]:
    """Keeps a remark, whatever the order's state. Raises NoteLimit; ValueError for a text that is empty or too long."""
    if not 1 <= len(text) <= MAX_NOTE_CHARACTERS:
        raise ValueError(f"a note has 1 to {MAX_NOTE_CHARACTERS} characters")
    if order.notes >= MAX_NOTES:
        raise NoteLimit(MAX_NOTES)
    return (NoteAdded(text=text, results=order.results),)
