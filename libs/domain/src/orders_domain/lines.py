"""The lines of an order: what was ordered of one SKU at which price, and how far it has come."""

from collections.abc import Iterable
from dataclasses import dataclass

from orders_domain.values import ItemQuantity, Sku, require_quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One SKU on an order. Counts are units; amounts are minor units of the order's currency.

    Line numbers begin at 1 in the order of first adding and are never given again. `discount_cents` is the line's share
    in discounts for what is kept of it, `share_cents` that for all that was ordered. `returned_cents` is what the units
    that came back are worth, less their part of the share.
    """

    line_number: int
    sku: Sku
    name: str
    quantity: int
    unit_price_cents: int
    discount_cents: int = 0
    share_cents: int = 0
    cancelled: int = 0
    shipped: int = 0
    delivered: int = 0
    return_requested: int = 0
    returned: int = 0
    returned_cents: int = 0

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

    @property
    def returnable(self) -> int:
        """Units that have arrived and are neither back nor on their way back."""
        return self.delivered - self.return_requested - self.returned

    def share_of(self, quantity: int) -> int:
        """What so many of the ordered units have of the line's share in discounts, rounded down."""
        return self.share_cents * quantity // self.quantity


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


def changed_lines(before: tuple[OrderLine, ...], after: tuple[OrderLine, ...]) -> tuple[OrderLine, ...]:
    """Those of `after` that `before` does not have in the same form, by ascending number."""
    known = {line.line_number: line for line in before}
    changed = (line for line in after if (was := known.get(line.line_number)) is not line and was != line)
    return tuple(sorted(changed, key=lambda line: line.line_number))


def drop_line(lines: tuple[OrderLine, ...], sku: Sku) -> tuple[OrderLine, ...]:
    """The lines without that of the SKU."""
    return tuple(line for line in lines if line.sku != sku)
