"""Whatever a client sends, it gets a documented refusal in the documented form, and nothing is written."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from tests.integration.command_api.shop import Shop, assert_problem

pytestmark = pytest.mark.asyncio(loop_scope="module")

JSON = {"content-type": "application/json"}
CUSTOMER = b'"customer_id": "018f4e2a-7c1e-7c3a-9d55-0c8f6e2b1a10"'
DEEP = 100_000
NOBODY = "018f4e2a-7c1e-7c3a-9d55-0c8f6e2b1a11"


@pytest_asyncio.fixture(loop_scope="module")
async def untouched(shop: Shop) -> AsyncIterator[Shop]:
    """The shop; after the test it is as it was."""
    before = await shop.footprint()
    yield shop
    assert await shop.footprint() == before


UNREADABLE = {
    "cut off": b'{"customer_id": ',
    "no JSON": b"hello",
    "only blanks": b"  ",
    "NaN": b'{"quantity": NaN}',
    "Infinity": b'{"quantity": Infinity}',
    "minus Infinity": b'{"quantity": -Infinity}',
    "an integer of 5,000 digits": b'{"quantity": ' + b"9" * 5_000 + b"}",
    "1e400": b'{"quantity": 1e400}',
    "broken UTF-8": b'{"sku": "\xff\xfe"}',
    "overlong UTF-8": b'{"sku": "\xc0\x80"}',
    "UTF-16": '{"quantity": 1}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"quantity": 1}',
    "a lone surrogate": b'{"sku": "\\ud800"}',
    "a lone low surrogate": b'{"sku": "\\udc00x"}',
    "a bare control character": b'{"sku": "a\x01b"}',
    "a bare NUL": b'{"sku": "a\x00b"}',
    "deep arrays": b"[" * DEEP,
    "deep arrays that end": b"[" * DEEP + b"]" * DEEP,
    "deep objects": b'{"a":' * 40_000 + b"1" + b"}" * 40_000,
    "two documents": b"{}{}",
    "a trailing comma": b'{"quantity": 1,}',
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE.keys())
async def test_a_body_that_is_no_json_is_malformed(untouched: Shop, body: bytes) -> None:
    for path in ("/api/v1/orders", f"/api/v1/orders/{uuid4()}/items", f"/commands/orders/{uuid4()}/confirm"):
        assert_problem(await untouched.client.post(path, content=body, headers=JSON), 400, "malformed_request")


WRONG_ITEMS = {
    "an empty object": b"{}",
    "null": b"null",
    "an array": b"[]",
    "a text": b'"CUP"',
    "a number": b"1",
    "an unknown field": b'{"sku": "CUP", "quantity": 1, "price": 1}',
    "true for a number": b'{"sku": "CUP", "quantity": true}',
    "a fraction of zero": b'{"sku": "CUP", "quantity": 2.0}',
    "an exponent": b'{"sku": "CUP", "quantity": 1e0}',
    "a text for a number": b'{"sku": "CUP", "quantity": "1"}',
    "nothing": b'{"sku": "CUP", "quantity": 0}',
    "less than nothing": b'{"sku": "CUP", "quantity": -1}',
    "one too many": b'{"sku": "CUP", "quantity": 10000}',
    "2^63": b'{"sku": "CUP", "quantity": 9223372036854775808}',
    "2^64": b'{"sku": "CUP", "quantity": 18446744073709551616}',
    "a number for a text": b'{"sku": 1, "quantity": 1}',
    "a null for a text": b'{"sku": null, "quantity": 1}',
    "an escaped NUL": b'{"sku": "a\\u0000b", "quantity": 1}',
    "a SKU with a line's end": b'{"sku": "CUP\\n", "quantity": 1}',
    "a SKU in other letters": '{"sku": "ÇUP", "quantity": 1}'.encode(),
    "a SKU of 65": b'{"sku": "' + b"A" * 65 + b'", "quantity": 1}',
    "a long SKU": b'{"sku": "' + b"A" * 200_000 + b'", "quantity": 1}',
    "an empty SKU": b'{"sku": "", "quantity": 1}',
    "a key twice, the last one wrong": b'{"sku": "CUP", "quantity": 1, "quantity": 0}',
}


@pytest.mark.parametrize("body", WRONG_ITEMS.values(), ids=WRONG_ITEMS.keys())
async def test_a_body_of_another_form_fails_validation_and_says_where(untouched: Shop, body: bytes) -> None:
    answer = await untouched.client.post(f"/api/v1/orders/{uuid4()}/items", content=body, headers=JSON)
    problem = assert_problem(answer, 422, "validation_failed")
    assert problem["errors"]
    for error in problem["errors"]:
        assert error["detail"]
        assert error["pointer"] in {"", "/sku", "/quantity", "/price"}


WRONG_ORDERS = {
    "no customer": b"{}",
    "a customer that is no UUID": b'{"customer_id": "ada"}',
    "a customer that is a number": b'{"customer_id": 7}',
    "a currency that is none": b'{%s, "currency": "EUX"}' % CUSTOMER,
    "a currency in small letters": b'{%s, "currency": "eur"}' % CUSTOMER,
    "a reference of blanks": b'{%s, "reference": "  "}' % CUSTOMER,
    "a reference with a NUL": b'{%s, "reference": "a\\u0000"}' % CUSTOMER,
    "a reference with a tab": b'{%s, "reference": "a\\tb"}' % CUSTOMER,
    "a reference of 101": b'{%s, "reference": "%s"}' % (CUSTOMER, b"r" * 101),
    "items that are null": b'{%s, "items": null}' % CUSTOMER,
    "items that are an object": b'{%s, "items": {}}' % CUSTOMER,
    "501 items": b'{%s, "items": [%s]}' % (CUSTOMER, b",".join([b'{"sku": "A", "quantity": 1}'] * 501)),
    "half an address": b'{%s, "shipping_address": {"city": "London"}}' % CUSTOMER,
    "an unknown field": b'{%s, "total_cents": 1}' % CUSTOMER,
}


@pytest.mark.parametrize("body", WRONG_ORDERS.values(), ids=WRONG_ORDERS.keys())
async def test_an_order_of_another_form_fails_validation(untouched: Shop, body: bytes) -> None:
    answer = await untouched.client.post("/api/v1/orders", content=body, headers=JSON)
    assert assert_problem(answer, 422, "validation_failed")["errors"]


@pytest.mark.parametrize("kind", [None, "", "text/plain", "application/jsonp", "text/json", "multipart/form-data", "{"])
async def test_a_body_that_does_not_say_it_is_json_is_not_read(untouched: Shop, kind: str | None) -> None:
    headers = {} if kind is None else {"content-type": kind}
    for path in ("/api/v1/orders", f"/api/v1/orders/{uuid4()}/confirm"):
        answer = await untouched.client.post(path, content=b"{%s}" % CUSTOMER, headers=headers)
        assert_problem(answer, 415, "unsupported_media_type")


async def test_parameters_of_the_content_type_do_no_harm(shop: Shop) -> None:
    headers = {"content-type": "Application/JSON; charset=utf-8"}
    assert (await shop.client.post("/api/v1/orders", content=b"{%s}" % CUSTOMER, headers=headers)).status_code == 201


@pytest.mark.parametrize("size", [256 * 1024 + 1, 10 * 1024 * 1024])
async def test_a_body_that_is_too_large_is_refused(untouched: Shop, size: int) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(size // 65_536 + 1):
            yield b" " * 65_536

    for path in ("/api/v1/orders", f"/api/v1/orders/{uuid4()}/confirm"):
        whole = await untouched.client.post(path, content=b" " * size, headers=JSON)
        assert_problem(whole, 413, "body_too_large")
        piecemeal = await untouched.client.post(path, content=pieces(), headers=JSON)
        assert_problem(piecemeal, 413, "body_too_large")


async def test_a_body_of_exactly_the_limit_is_read(shop: Shop) -> None:
    body = (b"{%s}" % CUSTOMER).ljust(256 * 1024)
    assert (await shop.client.post("/api/v1/orders", content=body, headers=JSON)).status_code == 201


async def test_a_call_that_needs_a_body_says_so(untouched: Shop) -> None:
    answer = await untouched.client.post("/api/v1/orders")
    assert assert_problem(answer, 422, "validation_failed")["errors"][0]["pointer"] == ""


async def test_a_call_without_a_body_takes_none(untouched: Shop) -> None:
    at = f"/api/v1/orders/{uuid4()}"
    for method, path in [("POST", f"{at}/confirm"), ("DELETE", at), ("DELETE", f"{at}/items/CUP")]:
        answer = await untouched.client.request(method, path, json={"force": True})
        assert_problem(answer, 422, "validation_failed")


@pytest.mark.parametrize("query", ["dry_run=1", "a=1&b=2", "%ff=%00", "=", "&", "a" * 10_000])
async def test_query_parameters_mean_nothing_here_and_are_refused(untouched: Shop, query: str) -> None:
    answer = await untouched.client.post(f"/api/v1/orders/{uuid4()}/confirm?{query}")
    assert_problem(answer, 422, "validation_failed")


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/orders/%ff/confirm",
        "/api/v1/orders/%00/confirm",
        "/api/v1/orders/1/confirm",
        f"/api/v1/orders/{NOBODY}/items/%c0%80",
        f"/api/v1/orders/{NOBODY}/items/a%00b",
        f"/api/v1/orders/{NOBODY}/items/{'A' * 65}",
        f"/api/v1/orders/{NOBODY}/items/{'A' * 60_000}",
        f"/api/v1/orders/{NOBODY}/items/-",
        f"/api/v1/orders/{NOBODY}/items/%ed%a0%80",
    ],
)
async def test_a_path_with_an_impossible_id_fails_validation(untouched: Shop, path: str) -> None:
    method = "POST" if path.endswith("confirm") else "DELETE"
    assert_problem(await untouched.client.request(method, path), 422, "validation_failed")


@pytest.mark.parametrize(
    "path",
    ["/", "/api/v1", "/api/v1/orders/", "/api/v2/orders", "/api/v1/orders//items", "/%ff", "/api/v1/" + "x" * 9_999],
)
async def test_a_path_that_leads_nowhere_is_not_found(untouched: Shop, path: str) -> None:
    assert_problem(await untouched.client.post(path, json={}), 404, "not_found")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PATCH", "OPTIONS", "PUT", "DELETE", "TRACE", "BREW"])
async def test_a_method_that_a_path_does_not_take_is_told_which_it_takes(untouched: Shop, method: str) -> None:
    answer = await untouched.client.request(method, f"/api/v1/orders/{uuid4()}/confirm")
    if method != "HEAD":
        assert_problem(answer, 405, "method_not_allowed")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
    answer = await untouched.client.request("BREW", f"/commands/orders/{uuid4()}/items/CUP")
    assert answer.headers["allow"] == "DELETE, PUT"


async def test_headers_of_any_kind_do_no_harm(shop: Shop) -> None:
    noise = [(b"x-noise", b"\xff\x00" * 100), (b"accept", b"*/*;q=x"), (b"if-none-match", b"\xff")]
    request = httpx.Request("DELETE", f"http://shop/api/v1/orders/{await shop.draft()}", headers=noise)
    assert (await shop.client.send(request)).status_code == 200
