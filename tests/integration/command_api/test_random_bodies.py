"""Bodies that nobody thought of: at every call, never an error of ours, and nothing is written where one is refused."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.command_api.shop import ADDRESS, PROBLEM, Shop

pytestmark = pytest.mark.asyncio(loop_scope="module")

REFUSALS = {400, 404, 409, 413, 415, 422}
TEXTS = st.text(max_size=8) | st.sampled_from(["CUP", "EUR", "a\x00b", str(UUID(int=7)), "", "\u2028"])
NUMBERS = st.integers() | st.integers(-2, 10_001) | st.floats(allow_nan=False, allow_infinity=False)
LEAVES = st.none() | st.booleans() | NUMBERS | TEXTS
ANYTHING = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3))
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "customer_id": st.uuids().map(str),
    "currency": st.sampled_from(["EUR", "JPY", "XXX"]),
    "reference": TEXTS,
    "sku": st.sampled_from(["CUP", "POT", "-"]),
    "quantity": NUMBERS,
    "reason": TEXTS,
    "name": TEXTS,
    "unit_price_cents": NUMBERS,
    "delta": NUMBERS,
    "carrier": TEXTS,
    "code": TEXTS,
    "percent_bp": st.none() | NUMBERS,
    "amount_cents": st.none() | NUMBERS,
    "label": TEXTS,
    "reviewer": TEXTS,
    "allow_overpayment": st.booleans(),
    "restock": st.booleans(),
    "text": TEXTS,
    "shipping_address": st.just(ADDRESS),
    "items": st.lists(st.fixed_dictionaries({"sku": st.just("CUP"), "quantity": NUMBERS}), max_size=3),
    **dict.fromkeys(ADDRESS, TEXTS),
}
SHAPES = [
    ("POST", "/orders", ["customer_id", "currency", "reference", "items", "shipping_address"]),
    ("POST", "/orders/{order}/items", ["sku", "quantity"]),
    ("PUT", "/orders/{order}/items/CUP", ["quantity"]),
    ("PUT", "/orders/{order}/shipping-address", list(ADDRESS)),
    ("POST", "/orders/{order}/confirm", []),
    ("POST", "/orders/{order}/cancel", ["reason"]),
    ("POST", "/orders/{order}/shipments", ["items", "carrier"]),
    ("POST", "/orders/{order}/shipments/{order}/deliver", []),
    ("POST", "/orders/{order}/discounts", ["code", "percent_bp", "amount_cents"]),
    ("PUT", "/orders/{order}/charges/tax", ["label", "amount_cents"]),
    ("POST", "/orders/{order}/review/approve", ["reviewer", "reason"]),
    ("POST", "/orders/{order}/items/CUP/cancel", ["quantity", "reason"]),
    ("POST", "/orders/{order}/payments", ["amount_cents", "reference", "reason", "allow_overpayment"]),
    ("POST", "/orders/{order}/refunds", ["amount_cents", "reference", "reason"]),
    ("POST", "/orders/{order}/returns", ["items", "reason"]),
    ("POST", "/orders/{order}/returns/{order}/receive", ["restock"]),
    ("POST", "/orders/{order}/notes", ["text"]),
    ("PUT", "/products/CUP", ["name", "unit_price_cents", "currency"]),
    ("POST", "/products/CUP/stock-adjustments", ["delta", "reason"]),
]


@st.composite
def bodies(draw: st.DrawFn, names: list[str]) -> object:
    """Nearly what the call takes, with something of its own here and there; or anything at all."""
    if draw(st.integers(0, 4)) == 0:
        return draw(ANYTHING)
    body = {name: draw(FIELDS[name]) for name in names}
    for name in draw(st.sets(st.sampled_from([*names, "unknown"]), max_size=1)):
        body[name] = draw(ANYTHING)
    return body


@pytest.mark.parametrize(("method", "path", "names"), SHAPES, ids=[f"{method} {path}" for method, path, _ in SHAPES])
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
async def test_no_body_makes_the_service_fail(
    shop: Shop, method: str, path: str, names: list[str], data: st.DataObject
) -> None:
    body = data.draw(bodies(names))
    before = await shop.footprint()
    answer = await shop.call(method, path.format(order=UUID(int=7)), body)
    if answer.status_code in {200, 201}:
        return
    assert answer.status_code in REFUSALS, answer.text
    assert answer.headers["content-type"] == PROBLEM
    assert answer.json()["status"] == answer.status_code
    assert await shop.footprint() == before
