"""Calls of an order's later life that are refused: for their form, for what is not there, for the order's state."""

from typing import Final
from uuid import uuid4

import pytest

from tests.integration.command_api.shop import Shop, assert_problem

pytestmark = pytest.mark.asyncio(loop_scope="module")

CALLS: Final[dict[str, tuple[str, str, dict[str, object] | None]]] = {
    "apply a discount": ("POST", "/discounts", {"code": "TENTH", "percent_bp": 1_000}),
    "remove a discount": ("DELETE", "/discounts/TENTH", None),
    "set a charge": ("PUT", "/charges/fee", {"label": "Gift wrap", "amount_cents": 300}),
    "remove a charge": ("DELETE", "/charges/fee", None),
    "approve": ("POST", "/review/approve", {"reviewer": "Grace", "reason": "known"}),
    "decline": ("POST", "/review/decline", {"reviewer": "Grace", "reason": "unknown"}),
    "cancel an item": ("POST", "/items/{sku}/cancel", {"quantity": 1, "reason": "broken"}),
    "pay": ("POST", "/payments", {"amount_cents": 1, "reference": "p"}),
    "refund": ("POST", "/refunds", {"amount_cents": 1, "reference": "r"}),
    "request a return": ("POST", "/returns", {"items": [{"sku": "CUP", "quantity": 1}], "reason": "small"}),
    "receive a return": ("POST", "/returns/{id}/receive", {"restock": True}),
    "reject a return": ("POST", "/returns/{id}/reject", {"reason": "worn"}),
    "note": ("POST", "/notes", {"text": "Hello"}),
}
ALLOWED: Final = {
    "DRAFT": {"apply a discount", "remove a discount", "set a charge", "remove a charge", "note"},
    "CONFIRMED": {"cancel an item", "pay", "refund", "request a return", "receive a return", "reject a return", "note"},
    "CANCELLED": {"refund", "note"},
    "DISCARDED": {"note"},
}
"""By the order's state."""


async def order_in(shop: Shop, state: str) -> str:
    if state in {"DRAFT", "DISCARDED"}:
        order_id = await shop.draft()
        if state == "DISCARDED":
            await shop.call("DELETE", f"/orders/{order_id}")
        return order_id
    order_id = await shop.confirmed({await shop.product(): 1})
    if state == "CANCELLED":
        await shop.call("POST", f"/orders/{order_id}/cancel", {"reason": "none"})
    return order_id


def placed(path: str) -> str:
    return path.format(sku="CUP", id=uuid4())


@pytest.mark.parametrize("name", CALLS)
async def test_an_order_that_is_not_there_is_not_found(shop: Shop, name: str) -> None:
    (method, path, body), before = CALLS[name], await shop.footprint()
    for prefix in ("/api/v1", "/commands"):
        answer = await shop.client.request(method, f"{prefix}/orders/{uuid4()}{placed(path)}", json=body)
        assert_problem(answer, 404, "order_not_found")
    assert await shop.footprint() == before


@pytest.mark.parametrize("state", ALLOWED)
async def test_a_state_that_forbids_a_call_is_named(shop: Shop, state: str) -> None:
    order_id = await order_in(shop, state)
    for name in CALLS.keys() - ALLOWED[state]:
        (method, path, body), before = CALLS[name], await shop.footprint()
        answer = await shop.call(method, f"/orders/{order_id}{placed(path)}", body)
        problem = assert_problem(answer, 409, "illegal_transition")
        assert problem["state"] == state
        assert state in problem["detail"]
        assert await shop.footprint() == before


@pytest.mark.parametrize("state", ALLOWED)
async def test_a_state_that_allows_a_call_never_forbids_it(shop: Shop, state: str) -> None:
    order_id = await order_in(shop, state)
    for name in sorted(ALLOWED[state]):
        method, path, body = CALLS[name]
        answer = await shop.call(method, f"/orders/{order_id}{placed(path)}", body)
        assert answer.json().get("code") != "illegal_transition", answer.text


TEXTS: Final[dict[str, object]] = {
    "null": None,
    "nothing": "",
    "blanks": "  ",
    "a NUL": "a\x00",
    "a tab": "a\tb",
    "a control character": "a\x85b",
    "a number": 7,
}
INTEGERS: Final[dict[str, object]] = {
    "null": None,
    "a fraction of zero": 2.0,
    "a text": "1",
    "true": True,
    "less than nothing": -1,
}
AMOUNTS: Final[dict[str, object]] = {**INTEGERS, "nothing": 0, "too much": 10**15, "2^64": 2**64}
BOOLEANS: Final[dict[str, object]] = {"null": None, "a number": 1, "a text": "true"}
WRONG: Final[list[tuple[str, str, dict[str, object]]]] = [
    ("apply a discount", "code", {**TEXTS, "a space": "A B", "65": "A" * 65}),
    ("apply a discount", "percent_bp", {**INTEGERS, "nothing": 0, "more than all": 10_001}),
    ("set a charge", "label", {**TEXTS, "201": "a" * 201, "null": 7}),
    ("set a charge", "amount_cents", {**INTEGERS, "too much": 10**12}),
    ("approve", "reviewer", {**TEXTS, "201": "a" * 201}),
    ("decline", "reason", {**TEXTS, "501": "a" * 501}),
    ("cancel an item", "quantity", {**INTEGERS, "nothing": 0, "too many": 10_000}),
    ("cancel an item", "reason", TEXTS),
    ("pay", "amount_cents", AMOUNTS),
    ("pay", "reference", {**TEXTS, "256": "a" * 256}),
    ("pay", "reason", {**TEXTS, "null": 7}),
    ("pay", "allow_overpayment", BOOLEANS),
    ("refund", "amount_cents", AMOUNTS),
    ("refund", "reference", {**TEXTS, "256": "a" * 256}),
    ("refund", "reason", {**TEXTS, "null": 7}),
    ("request a return", "items", {"null": None, "none": [], "501": [{"sku": "A", "quantity": 1}] * 501}),
    ("request a return", "reason", TEXTS),
    ("receive a return", "restock", BOOLEANS),
    ("reject a return", "reason", TEXTS),
    ("note", "text", {**TEXTS, "a tab": "\t", "a carriage return": "a\r\nb", "2001": "a" * 2_001}),
]


@pytest.mark.parametrize(("name", "field", "values"), WRONG, ids=[f"{name}: {field}" for name, field, _ in WRONG])
async def test_a_field_of_another_form_fails_validation_and_is_named(
    shop: Shop, name: str, field: str, values: dict[str, object]
) -> None:
    (method, path, body), before = CALLS[name], await shop.footprint()
    at = f"/orders/{uuid4()}{placed(path)}"
    for wrong in values.values():
        problem = assert_problem(await shop.call(method, at, {**(body or {}), field: wrong}), 422, "validation_failed")
        assert any(error["pointer"] in {f"/{field}", ""} for error in problem["errors"]), problem
    odd_ones: list[object] = [{**(body or {}), "colour": "blue"}, [], None]
    for odd in odd_ones:
        assert_problem(await shop.call(method, at, odd), 422, "validation_failed")
    assert await shop.footprint() == before


@pytest.mark.parametrize(
    "terms",
    [{}, {"percent_bp": 1, "amount_cents": 1}, {"percent_bp": None}, {"amount_cents": 0}, {"amount_cents": 10**12}],
)
async def test_a_discount_is_a_percentage_or_an_amount_and_not_both(shop: Shop, terms: dict[str, object]) -> None:
    answer = await shop.call("POST", f"/orders/{uuid4()}/discounts", {"code": "TENTH", **terms})
    assert_problem(answer, 422, "validation_failed")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/charges/gift"),
        ("PUT", "/charges/Shipping"),
        ("DELETE", "/discounts/a%00b"),
        ("DELETE", "/discounts/-"),
        ("POST", "/returns/1/receive"),
        ("POST", "/returns/%ff/reject"),
        ("POST", "/items/a%0a/cancel"),
    ],
)
async def test_a_path_with_an_impossible_part_fails_validation(shop: Shop, method: str, path: str) -> None:
    answer = await shop.call(method, f"/orders/{uuid4()}{path}")
    assert_problem(answer, 422, "validation_failed")


@pytest.mark.parametrize("name", ["remove a discount", "remove a charge"])
async def test_a_call_without_a_body_takes_none(shop: Shop, name: str) -> None:
    method, path, _ = CALLS[name]
    assert_problem(
        await shop.call(method, f"/orders/{uuid4()}{placed(path)}", {"force": True}), 422, "validation_failed"
    )
