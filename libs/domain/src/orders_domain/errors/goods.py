"""Refusals that concern what is sent, called off and sent back."""

from orders_domain.errors.refusal import DomainError
from orders_domain.values import ReturnId, ShipmentId, Sku


class ShipmentNotFound(DomainError):
    """The order has no shipment of this id."""

    code = "shipment_not_found"

    def __init__(self, shipment_id: ShipmentId) -> None:
        super().__init__(f"The order has no shipment {shipment_id}.", shipment_id=str(shipment_id))


class ShipmentExceedsOrdered(DomainError):
    """More would be shipped than is ordered and neither shipped nor cancelled."""

    code = "shipment_exceeds_ordered"

    def __init__(self, sku: Sku, requested: int, unshipped: int) -> None:
        super().__init__(
            f"Cannot ship {requested} of {sku}: {unshipped} are left to ship.",
            sku=sku,
            requested=requested,
            unshipped=unshipped,
        )


class CancelExceedsUnshipped(DomainError):
    """More would be cancelled than is left to ship."""

    code = "cancel_exceeds_unshipped"

    def __init__(self, sku: Sku, requested: int, unshipped: int) -> None:
        super().__init__(
            f"Cannot cancel {requested} of {sku}: {unshipped} are left to ship.",
            sku=sku,
            requested=requested,
            unshipped=unshipped,
        )


class ReturnNotFound(DomainError):
    """The order has no return of this id."""

    code = "return_not_found"

    def __init__(self, return_id: ReturnId) -> None:
        super().__init__(f"The order has no return {return_id}.", return_id=str(return_id))


class ReturnExceedsDelivered(DomainError):
    """More would come back than has arrived and is not on its way back."""

    code = "return_exceeds_delivered"

    def __init__(self, sku: Sku, requested: int, returnable: int) -> None:
        super().__init__(
            f"Cannot return {requested} of {sku}: {returnable} can be.",
            sku=sku,
            requested=requested,
            returnable=returnable,
        )
