"""The lines of an order: what was ordered of one SKU at which price, and how far it has come."""

from collections.abc import Iterable
from dataclasses import dataclass

from orders_domain.values import ItemQuantity, Sku, require_quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One SKU on an order. Counts are units; amounts are minor units of the order's currency.

    Line numbers begin at 1 in the order of first adding and are never given again.
    """

    line_number: int
    sku: Sku
    name: str
    quantity: int
    unit_price_cents: int
    discount_cents: int = 0
    cancelled: int = 0
    shipped: int = 0
    delivered: int = 0
    return_requested: int = 0
    returned: int = 0

    @property
    def kept(self) -> int:
        """Units ordered less those cancelled."""
        return self.quantity - self.cancelled

    @property
    def unshipped(self) -> int:
        """Units that are still to be shipped."""
        return self.quantity - self.cancelled - self.shipped

    @property
    def line_total_cents(self) -> int:
        """Price of what is kept, before discounts."""
        return self.unit_price_cents * self.kept


def merge_items(items: Iterable[ItemQuantity]) -> dict[Sku, int]:
    """Units per SKU, in the order of first mention. Raises ValueError for a quantity that no command may name."""
    merged: dict[Sku, int] = {}
    for item in items:
        require_quantity(item.quantity)
        merged[item.sku] = merged.get(item.sku, 0) + item.quantity
    return merged


def put_lines(lines: tuple[OrderLine, ...], changed: tuple[OrderLine, ...]) -> tuple[OrderLine, ...]:
    """The lines with the changed ones in place of those with the same number; new numbers go to the end."""
    if not changed:
        return lines
    by_number = {line.line_number: line for line in changed}
    kept = tuple(by_number.pop(line.line_number, line) for line in lines)
    return (*kept, *by_number.values())


def drop_line(lines: tuple[OrderLine, ...], sku: Sku) -> tuple[OrderLine, ...]:
    """The lines without that of the SKU."""
    return tuple(line for line in lines if line.sku != sku)
