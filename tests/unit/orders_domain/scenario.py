"""Given these events, when this is decided, then these events, a refusal, or silence: how the domain's tests read."""

from dataclasses import dataclass

import pytest

from orders_domain.errors import DomainError
from orders_domain.events import OrderEvent
from orders_domain.evolving import evolve, fold
from orders_domain.order import Order
from tests.unit.orders_domain.examples import Decision


@dataclass(frozen=True)
class When:
    """A decision about to be taken on an order."""

    order: Order
    decide: Decision

    def then(self, *expected: OrderEvent) -> Order:
        """It makes exactly these events. Answers with the order after them."""
        made = self.decide(self.order)
        assert made == expected
        after_all: Order = self.order
        for event in made:
            after_all = evolve(after_all, event)
        assert after_all.version == self.order.version + len(expected)
        return after_all

    def refuses(self, error: type[DomainError], code: str, **extra: object) -> None:
        """It raises this error, with this code and these facts."""
        with pytest.raises(error) as caught:
            self.decide(self.order)
        assert type(caught.value) is error
        assert caught.value.code == code
        assert caught.value.extra == extra

    def is_silent(self) -> None:
        """It makes no event."""
        assert self.decide(self.order) == ()


@dataclass(frozen=True)
class Given:
    """An order with a past."""

    order: Order

    def when(self, decide: Decision) -> When:
        """Names what is decided."""
        return When(self.order, decide)


def given(*events: OrderEvent) -> Given:
    """An order that is the fold of these events."""
    return Given(fold(events))
