"""Refusals that concern discounts, charges, payments and refunds."""

from orders_domain.errors.refusal import DomainError
from orders_domain.values import ChargeKind, DiscountCode


class DiscountNotFound(DomainError):
    """The order has no discount of this code."""

    code = "discount_not_found"

    def __init__(self, discount: DiscountCode) -> None:
        super().__init__(f"The order has no discount {discount}.", discount=discount)


class DuplicateDiscount(DomainError):
    """A discount code counts once."""

    code = "duplicate_discount"

    def __init__(self, discount: DiscountCode) -> None:
        super().__init__(f"The order has discount {discount} already.", discount=discount)


class DiscountExceedsTotal(DomainError):
    """The discount is larger than what there is left to discount."""

    code = "discount_exceeds_total"

    def __init__(self, discount: DiscountCode, amount_cents: int, left_cents: int) -> None:
        super().__init__(
            f"Discount {discount} of {amount_cents} is more than the {left_cents} that it could be taken off.",
            discount=discount,
            amount_cents=amount_cents,
            left_cents=left_cents,
        )


class ChargeNotFound(DomainError):
    """Nothing of this kind is charged."""

    code = "charge_not_found"

    def __init__(self, kind: ChargeKind) -> None:
        super().__init__(f"The order has no charge for {kind.value}.", kind=kind.value)


class DuplicateReference(DomainError):
    """A payment's reference counts once on an order, and so does a refund's."""

    code = "duplicate_reference"

    def __init__(self, reference: str) -> None:
        super().__init__(f"Reference {reference} is recorded already.", reference=reference)


class Overpayment(DomainError):
    """More was paid than is due, and the command does not allow that."""

    code = "overpayment"

    def __init__(self, amount_cents: int, due_cents: int) -> None:
        super().__init__(
            f"A payment of {amount_cents} is more than the {due_cents} that are due.",
            amount_cents=amount_cents,
            due_cents=due_cents,
        )


class RefundExceedsPaid(DomainError):
    """More would be paid back than was paid."""

    code = "refund_exceeds_paid"

    def __init__(self, amount_cents: int, refundable_cents: int) -> None:
        super().__init__(
            f"A refund of {amount_cents} is more than the {refundable_cents} that can be paid back.",
            amount_cents=amount_cents,
            refundable_cents=refundable_cents,
        )
