"""What Prometheus is told of the questions to outside systems: each once, by how it ended, and who is left alone."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import respx
from prometheus_client import CollectorRegistry

from command_api.adapters.http.circuit import CircuitBreaker
from command_api.adapters.http.outside_service import OutsideService
from command_api.application.errors import FraudCheckUnavailable
from command_api.metrics import OutsideMetrics
from tests.unit.command_api.asking import URL, an_order, answer, fraud_check, plain_client

OUTCOMES = ("answered", "no_answer", "not_asked", "given_up")


class Figures:
    """A fraud check whose circuit opens at the second failure, its clock, and its figures."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.now = 0.0
        self.registry = CollectorRegistry()
        breaker = CircuitBreaker(lambda: self.now, failures=2, rest_seconds=10)
        watching = OutsideMetrics(self.registry).of
        service = OutsideService("fraud_check", URL, client, timeout_seconds=5, breaker=breaker, watching=watching)
        self.check = fraud_check(service)

    def sample(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(name, {"system": "fraud_check", **labels})

    @property
    def counted(self) -> dict[str, float | None]:
        return {outcome: self.sample("outside_questions_total", outcome=outcome) for outcome in OUTCOMES}

    @property
    def circuit_open(self) -> float | None:
        return self.sample("outside_circuit_open")

    async def ask(self, times: int = 1) -> None:
        for _ in range(times):
            await self.check.assess(an_order())

    async def ask_in_vain(self, times: int = 1) -> None:
        for _ in range(times):
            with pytest.raises(FraudCheckUnavailable):
                await self.ask()


@pytest.fixture
def outside() -> Iterator[respx.Route]:
    with respx.mock(assert_all_called=False) as router:
        yield router.post(URL)


@pytest.fixture
async def figures() -> AsyncIterator[Figures]:
    async with plain_client() as client:
        yield Figures(client)


def counted(**those_that_are: float) -> dict[str, float | None]:
    return {outcome: those_that_are.get(outcome, 0.0) for outcome in OUTCOMES}


async def test_figures_begin_at_nought(figures: Figures) -> None:
    assert figures.counted == counted()
    assert (figures.circuit_open, figures.sample("outside_question_seconds_count")) == (0, 0)


async def test_a_question_counts_once_however_many_attempts_it_takes(figures: Figures, outside: respx.Route) -> None:
    outside.side_effect = [httpx.Response(500), httpx.Response(200, json=answer(verdict="approve"))]
    await figures.ask()
    assert figures.counted == counted(answered=1)
    assert figures.circuit_open == 0


async def test_an_open_circuit_shows_until_the_system_answers_again(figures: Figures, outside: respx.Route) -> None:
    outside.respond(404)
    await figures.ask_in_vain()
    assert figures.circuit_open == 0
    await figures.ask_in_vain(times=4)
    assert figures.counted == counted(no_answer=2, not_asked=3)
    assert figures.circuit_open == 1
    figures.now = 10
    await figures.ask_in_vain()
    assert figures.circuit_open == 1
    figures.now = 20
    outside.respond(json=answer(verdict="approve"))
    await figures.ask()
    assert figures.counted == counted(answered=1, no_answer=3, not_asked=3)
    assert figures.circuit_open == 0
    assert figures.sample("outside_question_seconds_count") == 4


async def test_who_gives_up_waiting_is_told_from_who_gets_no_answer(figures: Figures, outside: respx.Route) -> None:
    arrived = asyncio.Event()

    async def hang(_request: httpx.Request) -> httpx.Response:
        arrived.set()
        await asyncio.Event().wait()
        raise AssertionError("nobody sets it")

    outside.side_effect = hang
    task = asyncio.create_task(figures.ask())
    await arrived.wait()
    task.cancel()
    await asyncio.wait([task])
    assert figures.counted == counted(given_up=1)
    assert figures.circuit_open == 0
