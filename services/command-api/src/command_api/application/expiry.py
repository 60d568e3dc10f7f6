"""Orders that nobody has touched for too long: a draft expires, and a review that nobody ends is declined."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from command_api.application.bus import CommandBus
from command_api.application.commands.decline_review import DeclineReview
from command_api.application.commands.expire_order import ExpireOrder
from command_api.application.context import Context
from command_api.application.errors import ConcurrentUpdate, StaleVersion, Unavailable
from command_api.application.ports import Clock, Ids
from orders_domain.errors import IllegalTransition
from orders_domain.values import OrderId, OrderStatus

WHO: Final = "time limit"
"""Who did it, for those who read the history."""
_BATCH: Final = 100


@dataclass(frozen=True, slots=True)
class IdleOrder:
    """An order as it stood when it was found."""

    order_id: OrderId
    version: int


class IdleOrders(Protocol):
    """Finds orders by how long nobody has touched them."""

    async def untouched(
        self, status: OrderStatus, since: datetime, *, after: OrderId | None, most: int
    ) -> Sequence[IdleOrder]:
        """Those of a state (DRAFT or PENDING_REVIEW) that nothing has changed `since`, by their ids, beyond `after`.

        Raises Unavailable.
        """
        ...


class Expiry:
    """Ends such orders, a batch at a time. Every replica may do so at once.

    The command insists on the version that was found: whoever comes back meanwhile keeps the order, and of two replicas
    one is late. Neither is a fault.
    """

    def __init__(
        self, bus: CommandBus, orders: IdleOrders, clock: Clock, ids: Ids, *, status: OrderStatus, idle: timedelta
    ) -> None:
        """Orders in `status`, DRAFT or PENDING_REVIEW, are ended when nobody has touched them for as long as `idle`."""
        self._bus = bus
        self._orders = orders
        self._clock = clock
        self._ids = ids
        self._status = status
        self._idle = idle
        self._end = _ENDS[status]
        self._after: OrderId | None = None

    async def __call__(self) -> bool:
        """End a batch; tells whether there may be more.

        An order that cannot be ended is passed over until the next round, and all such errors are raised together, when
        the others have been ended. Raises Unavailable at once.
        """
        since = self._clock.now() - self._idle
        found = await self._orders.untouched(self._status, since, after=self._after, most=_BATCH)
        faults: list[Exception] = []
        for one in found:
            try:
                await self._dispatch(one)
            except Unavailable:
                raise
            except Exception as fault:  # noqa: BLE001 - raised below: one order must not keep all the others
                faults.append(fault)
        is_full = len(found) == _BATCH
        self._after = found[-1].order_id if is_full else None
        if faults:
            raise ExceptionGroup("orders that could not be ended", faults)
        return is_full

    async def _dispatch(self, one: IdleOrder) -> None:
        context = Context(correlation_id=str(self._ids.new()), actor=WHO, expected_version=one.version)
        with suppress(StaleVersion, IllegalTransition, ConcurrentUpdate):  # somebody was faster
            await self._bus.dispatch(self._end(one.order_id), context)


def _decline(order_id: OrderId) -> DeclineReview:
    return DeclineReview(order_id=order_id, reviewer=WHO, reason="Nobody has decided in time")


def _expire(order_id: OrderId) -> ExpireOrder:
    return ExpireOrder(order_id=order_id)


_ENDS: Final[dict[OrderStatus, Callable[[OrderId], object]]] = {
    OrderStatus.DRAFT: _expire,
    OrderStatus.PENDING_REVIEW: _decline,
}
