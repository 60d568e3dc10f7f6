"""What a command answers: the aggregate's new version, never its state."""

from dataclasses import dataclass
from uuid import UUID

from orders_contracts.consistency import ConsistencyToken
from orders_domain.order import Order
from orders_domain.product import Product


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`created` is the id of what the command made inside the aggregate, such as a shipment."""

    written: ConsistencyToken
    is_new: bool = False
    created: UUID | None = None


def of_order(order: Order, *, is_new: bool = False, created: UUID | None = None) -> Outcome:
    """The outcome of a command on `order`, as it is now."""
    return Outcome(
        written=ConsistencyToken("order", str(order.order_id), order.version), is_new=is_new, created=created
    )


def of_product(product: Product, *, is_new: bool = False) -> Outcome:
    """The outcome of a command on `product`, as it is now."""
    return Outcome(written=ConsistencyToken("product", product.sku, product.version), is_new=is_new)
