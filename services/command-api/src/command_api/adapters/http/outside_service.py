"""One outside system behind one URL: asked within a time, a number of times, and believed only so far."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, TypeVar
from uuid import UUID

import httpx
import msgspec
import stamina
import structlog

from command_api.adapters.http.circuit import CircuitBreaker, CircuitOpen, NoAnswer, State
from command_api.application.outside_watch import Ending, Watching, unwatched


class AboutOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What every question and every answer begins with: a version of an order."""

    order_id: UUID
    version: int

    def require_answer_to(self, question: "AboutOrder") -> None:
        """Raises NoAnswer where this is no answer to the question, however well it is formed."""
        if (self.order_id, self.version) != (question.order_id, question.version):
            raise NoAnswer(f"the answer is about {self.order_id} in version {self.version}")


Answer = TypeVar("Answer", bound=AboutOrder)

LARGEST_ANSWER: Final = 256 * 1024
"""Bytes. The answer to the largest order, with 500 lines, has a quarter of this."""
ATTEMPTS: Final = 3
_TOO_MANY_REQUESTS: Final = 429
_log: Final = structlog.stdlib.get_logger()


class _Passing(NoAnswer):
    """A failure that may be over at the next attempt: no connection, no answer in time, 5xx, 429."""


class OutsideService:
    """Asks by POST. Every question has a key, under which the other side may see it more than once."""

    def __init__(
        self,
        name: str,
        url: str,
        client: httpx.AsyncClient,
        *,
        timeout_seconds: float,
        breaker: CircuitBreaker | None = None,
        watching: Watching = unwatched,
    ) -> None:
        """`timeout_seconds` is for all attempts together; one of them may take half of it.

        `name` is for the log and for who is `watching`.
        """
        self._name = name
        self._url = url
        self._client = client
        self._timeout = timeout_seconds
        self._breaker = breaker or CircuitBreaker(time.monotonic)
        self._watch = watching(name)
        self._retrying = stamina.AsyncRetryingCaller(
            attempts=ATTEMPTS, timeout=None, wait_initial=0.05, wait_max=1.0, wait_jitter=0.05
        ).on(_Passing)

    async def ask(self, question: AboutOrder, key: str, wanted: type[Answer]) -> Answer:
        """Send the question as JSON, with `Idempotency-Key: <key>`; the answer is a `wanted` about the same order.

        Raises NoAnswer for everything else, CircuitOpen among it, which means that it was not sent.
        """
        with self._watched(key):
            answer = await self._ask_in_time(msgspec.json.encode(question), key, wanted)
            answer.require_answer_to(question)
        return answer

    @contextmanager
    def _watched(self, key: str) -> Iterator[None]:
        """Around one question: through the circuit breaker, and told to the log and to who is watching."""
        before, started = self._breaker.state, time.monotonic()
        ending: Ending = "given_up"
        try:
            with self._breaker.call():
                yield
            ending = "answered"
        except CircuitOpen:
            ending = "not_asked"
            raise  # a line for each would say nothing new
        except NoAnswer as error:
            ending = "no_answer"
            _log.warning("no answer from outside", system=self._name, key=key, reason=str(error))
            raise
        finally:
            state = self._breaker.state
            self._watch(ending, time.monotonic() - started, state is not State.CLOSED)
            if state is not before:
                _log.warning("circuit changed", system=self._name, state=state.value)

    async def _ask_in_time(self, body: bytes, key: str, wanted: type[Answer]) -> Answer:
        try:
            async with asyncio.timeout(self._timeout):
                return await self._retrying(self._attempt, body, key, wanted)
        except TimeoutError:
            raise NoAnswer(f"no answer within {self._timeout:g} s, all attempts together") from None

    async def _attempt(self, body: bytes, key: str, wanted: type[Answer]) -> Answer:
        within = self._timeout / 2
        try:
            async with asyncio.timeout(within):
                return _read(await self._post(body, key), wanted)
        except TimeoutError:
            raise _Passing(f"no answer within {within:g} s") from None
        except httpx.TransportError as error:
            raise _Passing(f"{type(error).__name__}: {error}") from error
        except httpx.HTTPError as error:
            raise NoAnswer(f"{type(error).__name__}: {error}") from error

    async def _post(self, body: bytes, key: str) -> bytes:
        """The body of a good answer. Never more of it is read than may be."""
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        async with self._client.stream("POST", self._url, content=body, headers=headers) as answer:
            _require_good(answer)
            read = bytearray()
            async for piece in answer.aiter_raw():
                read += piece
                if len(read) > LARGEST_ANSWER:
                    raise NoAnswer(f"the answer has more than {LARGEST_ANSWER} bytes")
            return bytes(read)


def _require_good(answer: httpx.Response) -> None:
    status = answer.status_code
    if status >= httpx.codes.INTERNAL_SERVER_ERROR or status == _TOO_MANY_REQUESTS:
        raise _Passing(f"status {status}")
    if status != httpx.codes.OK:  # also where it leads elsewhere: nobody follows
        raise NoAnswer(f"status {status}")
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise NoAnswer(f"the answer is {kind or 'of no type'}, not application/json")
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        raise NoAnswer("the answer is compressed, which was not asked for")


def _read(body: bytes, wanted: type[Answer]) -> Answer:
    try:
        return msgspec.json.decode(body, type=wanted)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NoAnswer(f"the answer cannot be read: {error}") from error
