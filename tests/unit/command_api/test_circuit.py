"""The circuit breaker on a given clock: when it opens, whom it lets through, when it closes again."""

import asyncio
from contextlib import suppress

import pytest

from command_api.adapters.http.circuit import CircuitBreaker, CircuitOpen, NoAnswer, State

FAILURES, REST = 3, 10.0


class Scene:
    """A breaker, and a clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0
        self.breaker = CircuitBreaker(lambda: self.now, failures=FAILURES, rest_seconds=REST)

    def succeed(self) -> None:
        with self.breaker.call():
            pass

    def fail(self, times: int = 1) -> None:
        for _ in range(times):
            with suppress(NoAnswer), self.breaker.call():
                raise NoAnswer

    def is_(self, state: State) -> bool:
        return self.breaker.state is state

    def is_left_alone(self) -> bool:
        try:
            self.succeed()
        except CircuitOpen:
            return True
        return False


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_it_opens_after_so_many_failures_in_a_row(scene: Scene) -> None:
    scene.fail(FAILURES - 1)
    assert scene.is_(State.CLOSED)
    scene.fail()
    assert scene.is_(State.OPEN)
    assert scene.is_left_alone()


def test_a_success_in_between_starts_the_count_anew(scene: Scene) -> None:
    for _ in range(5):
        scene.fail(FAILURES - 1)
        scene.succeed()
    assert scene.is_(State.CLOSED)


def test_it_stays_open_for_the_whole_rest_and_then_lets_a_call_through_that_closes_it(scene: Scene) -> None:
    scene.fail(FAILURES)
    scene.now += REST - 0.001
    assert scene.is_left_alone()
    scene.now += 0.001
    scene.succeed()
    assert scene.is_(State.CLOSED)
    scene.fail(FAILURES - 1)
    assert scene.is_(State.CLOSED)


def test_a_call_that_tries_and_fails_begins_another_rest(scene: Scene) -> None:
    scene.fail(FAILURES)
    scene.now += REST
    scene.fail()
    assert scene.is_(State.OPEN)
    scene.now += REST - 0.001
    assert scene.is_left_alone()
    scene.now += 0.001
    assert not scene.is_left_alone()


def test_while_one_call_tries_no_other_goes_out(scene: Scene) -> None:
    scene.fail(FAILURES)
    scene.now += REST
    with scene.breaker.call():
        assert scene.is_(State.HALF_OPEN)
        assert scene.is_left_alone()
    assert scene.is_(State.CLOSED)


@pytest.mark.parametrize("error", [asyncio.CancelledError, KeyboardInterrupt, ZeroDivisionError])
def test_a_call_that_is_broken_off_says_nothing_and_the_next_one_tries(
    scene: Scene, error: type[BaseException]
) -> None:
    for _ in range(FAILURES + 1):
        with suppress(error), scene.breaker.call():
            raise error
    assert scene.is_(State.CLOSED)
    scene.fail(FAILURES)
    scene.now += REST
    with suppress(error), scene.breaker.call():
        raise error
    assert scene.is_(State.OPEN)
    assert not scene.is_left_alone()
    assert scene.is_(State.CLOSED)


def test_a_late_success_does_not_close_it(scene: Scene) -> None:
    with scene.breaker.call():
        scene.fail(FAILURES)
    assert scene.is_(State.OPEN)
    assert scene.is_left_alone()


def test_a_late_failure_does_not_make_the_rest_longer(scene: Scene) -> None:
    with suppress(NoAnswer), scene.breaker.call():
        scene.fail(FAILURES)
        scene.now += REST / 2
        raise NoAnswer
    scene.now += REST / 2
    assert not scene.is_left_alone()
