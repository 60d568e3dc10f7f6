"""Finds orders that nobody has touched for long, among all that there ever were."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, literal_column, select

from command_api.adapters.postgres.pool import Database
from command_api.adapters.postgres.statements import as_text
from command_api.adapters.postgres.tables import ORDERS
from command_api.application.expiry import IdleOrder
from orders_domain.values import OrderId, OrderStatus

_FIRST: Final = UUID(int=0)


def _untouched(status: OrderStatus) -> str:
    """The state stands in the text, where the planner sees that the partial index has all of them.

    An index on the time of the last change would cost each change of an order its place in the page. The ids of orders
    begin with the time of their making (UUID version 7), which is no later: most of those that are not idle stay out.
    """
    return as_text(
        select(ORDERS.c.order_id, ORDERS.c.version)
        .where(
            ORDERS.c.status == literal_column(f"'{status.value}'"),
            ORDERS.c.order_id > bindparam("after"),
            ORDERS.c.order_id < bindparam("made_later"),
            ORDERS.c.updated_at < bindparam("since"),
        )
        .order_by(ORDERS.c.order_id)
        .limit(bindparam("most"))
    )


UNTOUCHED: Final = {status: _untouched(status) for status in (OrderStatus.DRAFT, OrderStatus.PENDING_REVIEW)}
"""Parameters `after`, `made_later`, `since`, `most`."""


class PostgresIdleOrders:
    """See the port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def untouched(
        self, status: OrderStatus, since: datetime, *, after: OrderId | None, most: int
    ) -> Sequence[IdleOrder]:
        """Planned each time: a plan that was made on an empty table would be kept for one of a million orders."""
        parameters = {"after": after or _FIRST, "made_later": first_id_at(since), "since": since, "most": most}
        async with self._database.connection() as connection, connection.cursor(binary=True) as cursor:
            await cursor.execute(UNTOUCHED[status].encode(), parameters, prepare=False)
            return [IdleOrder(OrderId(order_id), version) for order_id, version in await cursor.fetchall()]


def first_id_at(moment: datetime) -> UUID:
    """No id of version 7 that was made at this moment or later sorts before it (RFC 9562: 48 bits of milliseconds)."""
    return UUID(int=int(moment.timestamp() * 1_000) << 80)
