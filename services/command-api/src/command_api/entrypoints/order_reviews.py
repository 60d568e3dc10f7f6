"""The routes of people who look at an order: the end of a review, and notes."""

from fastapi import APIRouter, Response

from command_api.application.commands.add_note import AddNote
from command_api.application.commands.approve_review import ApproveReview
from command_api.application.commands.decline_review import DeclineReview
from command_api.entrypoints.answered import OrderAnswer
from command_api.entrypoints.call import Change
from command_api.entrypoints.documentation import IN_ANY_STATE, answers, order_answers
from command_api.entrypoints.parameters import OrderIdPath
from command_api.entrypoints.schemas_of_orders import NoteBody, ReviewBody
from command_api.entrypoints.strict_route import StrictRoute
from orders_domain.values import OrderId

router = APIRouter(prefix="/orders/{order_id}", tags=["Orders"], route_class=StrictRoute)


@router.post("/review/approve", responses=order_answers())
async def approve_review(order_id: OrderIdPath, body: ReviewBody, call: Change) -> Response:
    """Let an order stand that was held for a review."""
    command = ApproveReview(order_id=OrderId(order_id), reviewer=body.reviewer, reason=body.reason)
    return await call.change(command)


@router.post("/review/decline", responses=order_answers())
async def decline_review(order_id: OrderIdPath, body: ReviewBody, call: Change) -> Response:
    """Call off an order that was held for a review; its stock is released."""
    command = DeclineReview(order_id=OrderId(order_id), reviewer=body.reviewer, reason=body.reason)
    return await call.change(command)


@router.post("/notes", responses=answers(OrderAnswer, *IN_ANY_STATE, "note_limit"))
async def add_note(order_id: OrderIdPath, body: NoteBody, call: Change) -> Response:
    """Keep a remark, whatever the order's state."""
    return await call.change(AddNote(order_id=OrderId(order_id), text=body.text))
