"""The header Prefer, as RFC 7240 writes it."""

import pytest
from fastapi import Request

from command_api.entrypoints.preferences import prefers_async


def request(*lines: str) -> Request:
    headers = [(b"prefer", line.encode("latin-1")) for line in lines]
    return Request({"type": "http", "headers": [(b"x-other", b"respond-async"), *headers]})


@pytest.mark.parametrize(
    "lines",
    [
        ["respond-async"],
        ["Respond-Async"],
        ["  respond-async  "],
        ["respond-async, wait=10"],
        ["wait=10, respond-async"],
        ["handling=lenient", "respond-async"],
        ['foo="a, b"; bar="c, d", respond-async'],
        ["respond-async; foo=bar"],
        ["return=minimal;foo , , respond-async"],
        ["respond-async=true"],
    ],
)
def test_a_caller_who_will_not_wait_says_so(lines: list[str]) -> None:
    assert prefers_async(request(*lines))


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [""],
        ["wait=10"],
        ["respond-asynchronously"],
        ["no-respond-async"],
        ['foo="respond-async"'],
        ['foo="respond-async'],
        ["respond async"],
        ["foo; respond-async"],
        ["é, respond-async"],
    ],
)
def test_anybody_else_waits(lines: list[str]) -> None:
    assert not prefers_async(request(*lines))
