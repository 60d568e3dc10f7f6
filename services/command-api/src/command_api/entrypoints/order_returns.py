"""The routes of goods that come back."""

from fastapi import APIRouter, Response

from command_api.application.commands.receive_return import ReceiveReturn
from command_api.application.commands.reject_return import RejectReturn
from command_api.application.commands.request_return import RequestReturn
from command_api.entrypoints.answered import ReturnAnswer
from command_api.entrypoints.call import Change
from command_api.entrypoints.documentation import ORDER_CHANGE, answers, order_answers
from command_api.entrypoints.parameters import OrderIdPath, ReturnIdPath
from command_api.entrypoints.schemas import ReasonBody
from command_api.entrypoints.schemas_of_orders import ReceiptBody, ReturnBody
from command_api.entrypoints.strict_route import StrictRoute
from orders_domain.values import OrderId, ReturnId

router = APIRouter(prefix="/orders/{order_id}/returns", tags=["Orders"], route_class=StrictRoute)


@router.post(
    "",
    status_code=201,
    responses=answers(
        ReturnAnswer, *ORDER_CHANGE, "part_limit", "item_not_found", "return_exceeds_delivered", done=(201,)
    ),
)
async def request_return(order_id: OrderIdPath, body: ReturnBody, call: Change) -> Response:
    """Note what the customer wants to send back of what was delivered."""
    command = RequestReturn(
        order_id=OrderId(order_id),
        return_id=ReturnId(call.ids.new()),
        items=tuple(item.to_domain() for item in body.items),
        reason=body.reason,
    )
    return await call.change(command, made="return_id")


@router.post("/{return_id}/receive", responses=order_answers("return_not_found", "quantity_limit"))
async def receive_return(order_id: OrderIdPath, return_id: ReturnIdPath, body: ReceiptBody, call: Change) -> Response:
    """Note that it has come back; its units are put on hand if the body says so."""
    command = ReceiveReturn(order_id=OrderId(order_id), return_id=ReturnId(return_id), restock=body.restock)
    return await call.change(command)


@router.post("/{return_id}/reject", responses=order_answers("return_not_found"))
async def reject_return(order_id: OrderIdPath, return_id: ReturnIdPath, body: ReasonBody, call: Change) -> Response:
    """Say that it is not taken back: the goods count as delivered, as before."""
    command = RejectReturn(order_id=OrderId(order_id), return_id=ReturnId(return_id), reason=body.reason)
    return await call.change(command)
