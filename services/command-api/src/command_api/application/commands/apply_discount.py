"""Take a discount off a draft: a part of what earlier ones leave, or an amount."""

from dataclasses import dataclass

from command_api.application.outcome import Outcome, of_order
from command_api.application.ports import UnitOfWork
from orders_domain.values import DiscountCode, OrderId


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyDiscount:
    """Just one of `percent_bp` (basis points) and `amount_cents` (minor units of the order's currency)."""

    order_id: OrderId
    code: DiscountCode
    percent_bp: int | None
    amount_cents: int | None


async def apply_discount(command: ApplyDiscount, uow: UnitOfWork) -> Outcome:
    order = await uow.order(command.order_id)
    order = uow.save(
        order, order.apply_discount(command.code, percent_bp=command.percent_bp, amount_cents=command.amount_cents)
    )
    await uow.commit()
    return of_order(order)
