"""What the clients ask for is the same for every side, and what has to differ differs."""

import re
from itertools import islice
from random import Random

import orjson

from tests.bench.traffic import DIFFERENT, additions, creations, keyed_creations, uuid_from


def test_no_two_requests_have_one_key_and_otherwise_they_are_those_without() -> None:
    count = 2 * DIFFERENT
    keyed = list(islice(keyed_creations(), count))

    keys = {re.search(rb"Idempotency-Key: (\S+)\r\n", request)[1] for request in keyed}  # type: ignore[index]
    assert len(keys) == count
    without = [re.sub(rb"Idempotency-Key: \S+\r\n", b"", request) for request in keyed]
    assert without == list(islice(creations(), count))


def test_an_order_is_always_asked_for_more_of_the_same_product() -> None:
    random = Random(1)
    orders = [uuid_from(random) for _ in range(20)]
    asked = list(islice(additions(orders), 500))

    assert asked == list(islice(additions(orders), 500))
    assert len(set(asked)) == len(orders)
    assert {request.split(b" ")[1] for request in asked} == {f"/api/v1/orders/{one}/items".encode() for one in orders}
    assert len({orjson.loads(request.partition(b"\r\n\r\n")[2])["sku"] for request in asked}) > 10
