"""Outside systems that are slow, broken, huge or lying: an error of theirs, after so many attempts and not later."""

import asyncio
import gzip
import time
from collections.abc import AsyncIterator, Iterator

import httpx
import orjson
import pytest
import respx

from command_api.adapters.http.circuit import CircuitBreaker, NoAnswer
from command_api.adapters.http.outside_service import ATTEMPTS, LARGEST_ANSWER
from command_api.application.errors import FraudCheckUnavailable
from tests.unit.command_api.asking import BOTH, URL, Asked, plain_client, service

both = pytest.mark.parametrize("asked", BOTH, ids=[asked.name for asked in BOTH])
Refused = (NoAnswer, FraudCheckUnavailable)
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def outside() -> Iterator[respx.Route]:
    with respx.mock(assert_all_called=False) as router:
        yield router.post(URL)


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with plain_client() as client:
        yield client


async def until_somebody_gives_up() -> None:
    await asyncio.Event().wait()


class Hanging:
    """Answers nothing to the first so many calls, and then what it is given. Counts: respx forgets who gave up."""

    def __init__(self, first: int, then: httpx.Response) -> None:
        self.calls = 0
        self._first = first
        self._then = then

    async def __call__(self, _request: httpx.Request) -> httpx.Response:
        self.calls += 1
        if self.calls <= self._first:
            await until_somebody_gives_up()
        return self._then


class HangingBody(httpx.AsyncByteStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b'{"order_id":'
        await until_somebody_gives_up()


class BrokenBody(httpx.AsyncByteStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b'{"order_id":'
        raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")


class EndlessBody(httpx.AsyncByteStream):
    def __init__(self) -> None:
        self.sent = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            self.sent += 1024
            yield b" " * 1024


@both
async def test_a_good_answer_is_taken_at_the_first_attempt(
    asked: Asked, outside: respx.Route, client: httpx.AsyncClient
) -> None:
    outside.respond(json=asked.good | {"reason": "what else is in it is not looked at"})
    await asked.ask(service(client))
    (call,) = outside.calls
    assert call.request.headers["Idempotency-Key"].startswith("00000000-0000-0000-0000-000000000007-1")
    assert call.request.headers["Content-Type"] == "application/json"
    assert orjson.loads(call.request.content)["version"] == 1


PASSING = {
    "500": httpx.Response(500),
    "503": httpx.Response(503, html="<h1>down</h1>"),
    "429": httpx.Response(429),
    "no connection": httpx.ConnectError("refused"),
    "reset": httpx.ReadError("connection reset by peer"),
    "no word": httpx.RemoteProtocolError("server disconnected without sending a response"),
}


@both
@pytest.mark.parametrize("trouble", PASSING.values(), ids=list(PASSING))
async def test_what_may_pass_is_tried_a_few_times(
    asked: Asked, trouble: httpx.Response | Exception, outside: respx.Route, client: httpx.AsyncClient
) -> None:
    outside.side_effect = [trouble] * 10
    with pytest.raises(Refused):
        await asked.ask(service(client))
    assert outside.call_count == ATTEMPTS == 3


@both
@pytest.mark.parametrize("trouble", PASSING.values(), ids=list(PASSING))
async def test_what_has_passed_is_forgotten_and_every_attempt_has_the_same_key(
    asked: Asked, trouble: httpx.Response | Exception, outside: respx.Route, client: httpx.AsyncClient
) -> None:
    outside.side_effect = [trouble, trouble, httpx.Response(200, json=asked.good)]
    await asked.ask(service(client))
    assert len({call.request.headers["Idempotency-Key"] for call in outside.calls}) == 1
    assert len({call.request.content for call in outside.calls}) == 1
    assert outside.call_count == 3


@both
async def test_half_a_body_is_tried_again(asked: Asked, outside: respx.Route, client: httpx.AsyncClient) -> None:
    outside.side_effect = lambda _: httpx.Response(200, headers=JSON, stream=BrokenBody())
    with pytest.raises(Refused):
        await asked.ask(service(client))
    assert outside.call_count == ATTEMPTS


@both
@pytest.mark.parametrize("first", [10, 0], ids=["before the answer", "in the middle of it"])
async def test_who_hangs_is_asked_once_more_and_never_waited_for_longer_than_allowed(
    asked: Asked, first: int, outside: respx.Route, client: httpx.AsyncClient
) -> None:
    hanging = Hanging(first, httpx.Response(200, headers=JSON, stream=HangingBody()))
    outside.side_effect = hanging
    started = time.monotonic()
    with pytest.raises(Refused):
        await asked.ask(service(client, seconds=0.3))
    assert 0.29 < time.monotonic() - started < 2
    assert hanging.calls == 2


@both
async def test_who_hangs_once_may_still_answer_in_time(
    asked: Asked, outside: respx.Route, client: httpx.AsyncClient
) -> None:
    hanging = Hanging(1, httpx.Response(200, json=asked.good))
    outside.side_effect = hanging
    await asked.ask(service(client, seconds=1))
    assert hanging.calls == 2


LIES = {
    "a page": httpx.Response(200, html="<h1>Sign in</h1>"),
    "a page that says it is JSON": httpx.Response(200, headers=JSON, content=b"<h1>Sign in</h1>"),
    "text": httpx.Response(200, text="ok"),
    "nothing": httpx.Response(200, headers=JSON),
    "half": httpx.Response(200, headers=JSON, content=b'{"order_id":'),
    "broken UTF-8": httpx.Response(200, headers=JSON, content=b'{"order_id": "\xff\xfe"}'),
    "a list": httpx.Response(200, json=[]),
    "deep": httpx.Response(200, headers=JSON, content=b'{"x":' + b"[" * 100_000),
    "only an id": httpx.Response(200, json={"order_id": "7"}),
    "another status": httpx.Response(202, json={}),
    "no content": httpx.Response(204),
    "bad request": httpx.Response(400, json={}),
    "unauthorized": httpx.Response(401),
    "not found": httpx.Response(404),
    "conflict": httpx.Response(409),
}


@both
@pytest.mark.parametrize("lie", LIES.values(), ids=list(LIES))
async def test_a_lie_is_an_error_of_theirs_and_not_asked_for_again(
    asked: Asked, lie: httpx.Response, outside: respx.Route, client: httpx.AsyncClient
) -> None:
    outside.mock(return_value=lie)
    with pytest.raises(Refused):
        await asked.ask(service(client))
    assert outside.call_count == 1


WRONG = {
    "another order": {"order_id": "00000000-0000-0000-0000-000000000008"},
    "no order": {"order_id": None},
    "another version": {"version": 2},
    "a version in words": {"version": "1"},
    "an unknown word": {"verdict": "maybe", "result": "maybe"},
    "no word": {"verdict": None, "result": None},
    "a word in capitals": {"verdict": "APPROVE", "result": "DONE"},
}


@both
@pytest.mark.parametrize("wrong", WRONG.values(), ids=list(WRONG))
async def test_an_answer_that_is_not_quite_one_is_a_lie(
    asked: Asked, wrong: dict[str, object], outside: respx.Route, client: httpx.AsyncClient
) -> None:
    outside.respond(json=asked.good | wrong)
    with pytest.raises(Refused):
        await asked.ask(service(client))
    assert outside.call_count == 1


@both
@pytest.mark.parametrize("kind", ["text/plain", "application/problem+json", "", "application/jsonp"])
async def test_a_good_answer_under_another_type_is_a_lie(
    asked: Asked, kind: str, outside: respx.Route, client: httpx.AsyncClient
) -> None:
    outside.respond(content=orjson.dumps(asked.good), headers={"Content-Type": kind})
    with pytest.raises(Refused):
        await asked.ask(service(client))


@both
async def test_the_type_may_have_parameters(asked: Asked, outside: respx.Route, client: httpx.AsyncClient) -> None:
    outside.respond(content=orjson.dumps(asked.good), headers={"Content-Type": "Application/JSON; charset=utf-8"})
    await asked.ask(service(client))


@both
async def test_no_more_is_read_than_an_answer_may_have(
    asked: Asked, outside: respx.Route, client: httpx.AsyncClient
) -> None:
    body = EndlessBody()
    outside.mock(return_value=httpx.Response(200, headers=JSON, stream=body))
    with pytest.raises(Refused):
        await asked.ask(service(client))
    assert body.sent <= LARGEST_ANSWER + 2 * 1024
    assert outside.call_count == 1


@both
async def test_a_compressed_answer_is_refused_unread(
    asked: Asked, outside: respx.Route, client: httpx.AsyncClient
) -> None:
    bomb = gzip.compress(orjson.dumps(asked.good) + b" " * 10_000_000)
    outside.respond(content=bomb, headers=JSON | {"Content-Encoding": "gzip"})
    with pytest.raises(Refused):
        await asked.ask(service(client))
    assert outside.calls[0].request.headers["Accept-Encoding"] == "identity"


@both
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_nobody_follows_to_another_address(
    asked: Asked, status: int, outside: respx.Route, client: httpx.AsyncClient
) -> None:
    outside.respond(status, headers={"Location": URL})
    with pytest.raises(Refused):
        await asked.ask(service(client))
    assert outside.call_count == 1


@both
async def test_the_circuit_opens_and_closes_again(
    asked: Asked, outside: respx.Route, client: httpx.AsyncClient
) -> None:
    now = 0.0
    asking = service(client, breaker=CircuitBreaker(lambda: now, failures=2, rest_seconds=10))
    outside.respond(404)
    for _ in range(5):
        with pytest.raises(Refused):
            await asked.ask(asking)
    assert outside.call_count == 2
    now = 10.0
    with pytest.raises(Refused):
        await asked.ask(asking)
    assert outside.call_count == 3
    outside.respond(json=asked.good)
    with pytest.raises(Refused):
        await asked.ask(asking)
    now = 20.0
    for _ in range(3):
        await asked.ask(asking)
    assert outside.call_count == 6
