"""The routes of an order's money: what is taken off and charged while it is a draft, what is paid and paid back."""

from fastapi import APIRouter, Response

from command_api.application.commands.apply_discount import ApplyDiscount
from command_api.application.commands.record_payment import RecordPayment
from command_api.application.commands.record_refund import RecordRefund
from command_api.application.commands.remove_charge import RemoveCharge
from command_api.application.commands.remove_discount import RemoveDiscount
from command_api.application.commands.set_charge import SetCharge
from command_api.entrypoints.call import Change
from command_api.entrypoints.documentation import order_answers
from command_api.entrypoints.parameters import ChargeKindPath, DiscountCodePath, OrderIdPath
from command_api.entrypoints.schemas_of_money import ChargeBody, DiscountBody, PaymentBody, RefundBody
from command_api.entrypoints.strict_route import StrictRoute
from orders_domain.values import ChargeKind, DiscountCode, OrderId

router = APIRouter(prefix="/orders/{order_id}", tags=["Orders"], route_class=StrictRoute)


@router.post("/discounts", responses=order_answers("duplicate_discount", "part_limit", "discount_exceeds_total"))
async def apply_discount(order_id: OrderIdPath, body: DiscountBody, call: Change) -> Response:
    """Take a discount off what earlier ones leave: a percentage, or an amount."""
    command = ApplyDiscount(
        order_id=OrderId(order_id),
        code=DiscountCode(body.code),
        percent_bp=body.percent_bp,
        amount_cents=body.amount_cents,
    )
    return await call.change(command)


@router.delete("/discounts/{code}", responses=order_answers("discount_not_found"))
async def remove_discount(order_id: OrderIdPath, code: DiscountCodePath, call: Change) -> Response:
    """Take a discount back; those that are left count anew."""
    return await call.change(RemoveDiscount(order_id=OrderId(order_id), code=DiscountCode(code)))


@router.put("/charges/{kind}", responses=order_answers())
async def set_charge(order_id: OrderIdPath, kind: ChargeKindPath, body: ChargeBody, call: Change) -> Response:
    """Charge shipping, tax or a fee, in place of what was charged for it."""
    command = SetCharge(
        order_id=OrderId(order_id), kind=ChargeKind(kind), label=body.label, amount_cents=body.amount_cents
    )
    return await call.change(command)


@router.delete("/charges/{kind}", responses=order_answers("charge_not_found"))
async def remove_charge(order_id: OrderIdPath, kind: ChargeKindPath, call: Change) -> Response:
    """Charge nothing for it any more."""
    return await call.change(RemoveCharge(order_id=OrderId(order_id), kind=ChargeKind(kind)))


@router.post("/payments", responses=order_answers("duplicate_reference", "part_limit", "overpayment"))
async def record_payment(order_id: OrderIdPath, body: PaymentBody, call: Change) -> Response:
    """Note a payment; more than is due is taken only if the body says so."""
    command = RecordPayment(
        order_id=OrderId(order_id),
        amount_cents=body.amount_cents,
        reference=body.reference,
        reason=body.reason,
        allow_overpayment=body.allow_overpayment,
    )
    return await call.change(command)


@router.post("/refunds", responses=order_answers("duplicate_reference", "part_limit", "refund_exceeds_paid"))
async def record_refund(order_id: OrderIdPath, body: RefundBody, call: Change) -> Response:
    """Note that money was paid back, never more than was paid."""
    command = RecordRefund(
        order_id=OrderId(order_id), amount_cents=body.amount_cents, reference=body.reference, reason=body.reason
    )
    return await call.change(command)
