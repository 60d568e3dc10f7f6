"""A fraud check that somebody offers over HTTP. docs/outside-systems.md has its contract."""

from typing import Literal
from uuid import UUID

import msgspec

from command_api.adapters.http.circuit import NoAnswer
from command_api.adapters.http.outside_service import AboutOrder, OutsideService
from command_api.application.errors import FraudCheckUnavailable
from orders_domain.order import Order
from orders_domain.values import FraudVerdict

WhenDown = Literal["hold", "refuse"]


class Line(msgspec.Struct, frozen=True):
    """One line of the order. Amounts in minor units of the order's currency."""

    sku: str
    quantity: int
    unit_price_cents: int
    line_total_cents: int


class Question(AboutOrder, frozen=True, kw_only=True):
    """The order as it is to be judged. `country` is where it goes, ISO 3166-1 alpha-2; null without an address."""

    customer_id: UUID
    currency: str
    total_cents: int
    country: str | None
    lines: list[Line]


class Verdict(AboutOrder, frozen=True, kw_only=True):
    """The answer. What else is in it is not looked at."""

    verdict: FraudVerdict


class HttpFraudCheck:
    """See the port."""

    def __init__(self, service: OutsideService, when_down: WhenDown) -> None:
        """Where there is no answer, `hold` takes the order for one to be reviewed, and `refuse` raises."""
        self._service = service
        self._when_down = when_down

    async def assess(self, order: Order) -> FraudVerdict:
        """The verdict on this version of the order. Raises FraudCheckUnavailable."""
        try:
            answer = await self._service.ask(_question(order), f"{order.order_id}-{order.version}", Verdict)
        except NoAnswer as error:
            if self._when_down == "hold":
                return FraudVerdict.REVIEW
            raise FraudCheckUnavailable("The fraud check does not answer.") from error
        return answer.verdict


def _question(order: Order) -> Question:
    return Question(
        order_id=order.order_id,
        version=order.version,
        customer_id=order.customer_id,
        currency=order.currency,
        total_cents=order.results.total_cents,
        country=None if order.shipping_address is None else order.shipping_address.country,
        lines=[Line(line.sku, line.quantity, line.unit_price_cents, line.line_total_cents) for line in order.lines],
    )
