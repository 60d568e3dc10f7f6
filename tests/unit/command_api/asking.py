"""Both outside systems, asked in the same way: an order to be judged, and units to be reserved."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import httpx

from command_api.adapters.http.circuit import CircuitBreaker
from command_api.adapters.http.fraud_check import HttpFraudCheck, WhenDown
from command_api.adapters.http.inventory_call import InventoryCall
from command_api.adapters.http.outside_service import OutsideService
from command_api.adapters.postgres.intents import Intent
from orders_domain.evolving import fold
from orders_domain.order import Order
from orders_domain.product import Product
from orders_domain.values import Currency, OrderId, Sku
from tests.suites.command_examples import creation
from tests.web import PLAIN

URL: Final = "http://outside.test/ask"
ORDER_ID: Final = OrderId(UUID(int=7))
UNITS: Final = {Sku("CUP"): 2, Sku("ARC"): 3}


def an_order() -> Order:
    """A draft in version 1, with three of one product and three of another."""
    products = [
        Product(
            sku=sku,
            version=1,
            name="Cup",
            unit_price_cents=250,
            currency=Currency("EUR"),
            listed=True,
            on_hand=9,
            reserved=0,
        )
        for sku in UNITS
    ]
    return fold(creation(ORDER_ID, *products, quantity=3))


def answer(**others: object) -> dict[str, Any]:
    """What both may be answered, with members of one's own."""
    return {"order_id": str(ORDER_ID), "version": 1, **others}


@dataclass(frozen=True)
class Asked:
    """One of the two. `ask` asks once, and answers what came of it; `good` is an answer that it takes."""

    name: str
    ask: Callable[[OutsideService], Awaitable[object]]
    good: dict[str, Any]


async def _assess(service: OutsideService) -> object:
    return await fraud_check(service).assess(an_order())


async def _reserve(service: OutsideService) -> object:
    return await InventoryCall(service)(Intent(5, ORDER_ID, 1, "reserve", UNITS))


def fraud_check(service: OutsideService, when_down: WhenDown = "refuse") -> HttpFraudCheck:
    """The adapter over this service."""
    return HttpFraudCheck(service, when_down)


BOTH: Final = [
    Asked("fraud check", _assess, answer(verdict="approve")),
    Asked("inventory", _reserve, answer(result="done")),
]


def service(
    client: httpx.AsyncClient, *, seconds: float = 3.0, breaker: CircuitBreaker | None = None
) -> OutsideService:
    """Something at URL that may take so long."""
    never_opens = CircuitBreaker(time.monotonic, failures=10**6)
    return OutsideService("outside", URL, client, timeout_seconds=seconds, breaker=breaker or never_opens)


def plain_client() -> httpx.AsyncClient:
    """As the process has it, without certificates."""
    return httpx.AsyncClient(verify=PLAIN, trust_env=False, timeout=None)
