"""From an event as it was once written to the form that everyone reads now.

The log keeps what was written, for ever. A reader knows the newest version of an event only: the codec brings older
ones here first, one version at a time.
"""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from orders_contracts.v1 import orders as v1
from orders_contracts.v2 import orders as v2


def _order_shipped(old: v1.OrderShipped) -> v2.OrderShipped:
    """The lines that a parcel was packed from are all told by the event itself."""
    lines = {line.sku: line for line in old.lines}
    try:
        items = tuple(
            v2.ShippedItem(
                line_number=lines[item.sku].line_number,
                sku=item.sku,
                name=lines[item.sku].name,
                quantity=item.quantity,
            )
            for item in old.items
        )
    except KeyError as error:
        raise msgspec.ValidationError(f"the parcel holds {error}, of which the event has no line") from None
    kept = {name: getattr(old, name) for name in old.__struct_fields__}
    return v2.OrderShipped(**kept | {"items": items})


UPCASTS: Final[dict[type, Callable[[Any], Any]]] = {v1.OrderShipped: _order_shipped}
"""By the model of a version that is no longer written: how it becomes the next."""
