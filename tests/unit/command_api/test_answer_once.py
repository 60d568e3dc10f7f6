"""The middleware that answers what is sent again: once in effect, and what is kept of each end."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from command_api.application.answer_once import AnswerOnce
from command_api.application.bus import CommandBus, RetryOnConflict
from command_api.application.context import Context
from command_api.application.errors import (
    ConcurrentUpdate,
    FraudCheckUnavailable,
    KeyInFlight,
    KeyReused,
    KeyTaken,
    Replayed,
    StaleVersion,
    Unavailable,
    VersionConflict,
)
from command_api.application.idempotency import Answer, IdempotencyKey, StoredAnswer
from command_api.application.outcome import Outcome, of_order
from command_api.application.ports import UnitOfWork
from orders_domain.errors import DomainError, EmptyOrder
from orders_domain.values import OrderId
from tests.fakes.command_unit_of_work import InMemoryUnitsOfWork
from tests.suites.command_examples import CONTEXT, creation, drafted, new_order_id


@dataclass(frozen=True)
class Make:
    order_id: OrderId


@dataclass(frozen=True)
class Discard:
    order_id: OrderId


async def make(command: Make, uow: UnitOfWork) -> Outcome:
    order = uow.save(None, creation(command.order_id))
    await uow.commit()
    return of_order(order)


async def discard(command: Discard, uow: UnitOfWork) -> Outcome:
    order = await uow.order(command.order_id)
    order = uow.save(order, order.discard())
    await uow.commit()
    return of_order(order)


def told(end: Outcome | DomainError) -> Answer:
    text = end.code if isinstance(end, DomainError) else f"{end.written.aggregate_id} {end.written.version}"
    return Answer(status=409 if isinstance(end, DomainError) else 200, headers={}, body=text.encode())


def keyed(scope: bytes = b"key", fingerprint: bytes = b"command", expected_version: int | None = None) -> Context:
    key = IdempotencyKey(scope=scope, fingerprint=fingerprint, answer=told)
    return replace(CONTEXT, idempotency=key, expected_version=expected_version)


class House(InMemoryUnitsOfWork):
    """Units of work, and a bus that runs commands in them."""

    def __init__(self) -> None:
        super().__init__()
        retry = RetryOnConflict(attempts=3, wait_initial=0.0001, wait_max=0.0001)
        self.bus = CommandBus(self.begin, [AnswerOnce(self.begin), retry])
        self.bus.register(Make, make)
        self.bus.register(Discard, discard)

    async def replayed(self, command: object, context: Context) -> bytes:
        """What is answered again."""
        with pytest.raises(Replayed) as again:
            await self.bus.dispatch(command, context)
        return again.value.answer.body


@pytest.fixture
def house() -> House:
    return House()


async def test_without_a_key_nothing_is_kept(house: House) -> None:
    await house.bus.dispatch(Make(new_order_id()), CONTEXT)
    assert house.answers == {}
    assert house.commits == 1


async def test_what_is_sent_again_is_answered_as_the_first_one_was(house: House) -> None:
    first, second = new_order_id(), new_order_id()
    assert (await house.bus.dispatch(Make(first), keyed())).written.aggregate_id == str(first)
    assert await house.replayed(Make(second), keyed()) == f"{first} 1".encode()
    assert set(house.orders) == {first}


async def test_keys_that_differ_are_commands_that_differ(house: House) -> None:
    for key in (b"one", b"two"):
        await house.bus.dispatch(Make(new_order_id()), keyed(key))
    assert len(house.orders) == 2


async def test_another_command_under_the_same_key_is_refused(house: House) -> None:
    await house.bus.dispatch(Make(new_order_id()), keyed())
    with pytest.raises(KeyReused):
        await house.bus.dispatch(Make(new_order_id()), keyed(fingerprint=b"another"))
    assert len(house.orders) == 1


async def test_a_refusal_by_the_rules_is_kept_and_nothing_else_is_written(house: House) -> None:
    order = await drafted(house.begin)
    await house.bus.dispatch(Discard(order.order_id), CONTEXT)
    with pytest.raises(DomainError):
        await house.bus.dispatch(Discard(order.order_id), keyed())
    assert await house.replayed(Discard(order.order_id), keyed()) == b"illegal_transition"
    assert house.commits == 2


async def test_a_refusal_that_follows_from_the_first_ones_success_is_not_told(house: House) -> None:
    order = await drafted(house.begin)
    await house.bus.dispatch(Discard(order.order_id), keyed())
    assert await house.replayed(Discard(order.order_id), keyed()) == f"{order.order_id} 2".encode()


async def test_a_version_that_is_stale_by_the_first_ones_success_is_not_told(house: House) -> None:
    order = await drafted(house.begin)
    await house.bus.dispatch(Discard(order.order_id), keyed(expected_version=1))
    assert await house.replayed(Discard(order.order_id), keyed(expected_version=1)) == f"{order.order_id} 2".encode()
    with pytest.raises(KeyReused):
        await house.bus.dispatch(Discard(order.order_id), keyed(fingerprint=b"another", expected_version=1))


def failing(house: House, *errors: Callable[[], Exception]) -> list[int]:
    """Let Make fail so often before it succeeds; answers its calls."""
    left, calls = list(errors), []

    async def fail(command: Make, uow: UnitOfWork) -> Outcome:
        calls.append(1)
        if left:
            raise left.pop(0)()
        return await make(command, uow)

    house.bus = CommandBus(
        house.begin, [AnswerOnce(house.begin), RetryOnConflict(attempts=2, wait_initial=0.0001, wait_max=0.0001)]
    )
    house.bus.register(Make, fail)
    return calls


@pytest.mark.parametrize(
    "error", [lambda: StaleVersion(3), Unavailable, ConcurrentUpdate, RuntimeError, lambda: ValueError("a fault")]
)
async def test_what_may_succeed_the_next_time_is_forgotten(house: House, error: Callable[[], Exception]) -> None:
    failing(house, error)
    with pytest.raises(type(error())):
        await house.bus.dispatch(Make(new_order_id()), keyed())
    assert house.answers == {}
    await house.bus.dispatch(Make(new_order_id()), keyed())
    assert len(house.answers) == 1


async def test_of_several_tries_the_last_ones_answer_is_kept(house: House) -> None:
    calls = failing(house, VersionConflict, EmptyOrder)
    with pytest.raises(EmptyOrder):
        await house.bus.dispatch(Make(new_order_id()), keyed())
    assert await house.replayed(Make(new_order_id()), keyed()) == b"empty_order"
    assert len(calls) == 3
    assert house.orders == {}


async def test_conflicts_without_end_are_told_but_not_kept(house: House) -> None:
    failing(house, *[VersionConflict] * 3)
    with pytest.raises(ConcurrentUpdate):
        await house.bus.dispatch(Make(new_order_id()), keyed())
    assert house.answers == {}


async def test_conflicts_without_end_over_what_the_first_one_did_are_answered_as_that_was(house: House) -> None:
    order_id = new_order_id()
    await house.bus.dispatch(Make(order_id), keyed())
    failing(house, *[VersionConflict] * 3)
    assert await house.replayed(Make(new_order_id()), keyed()) == f"{order_id} 1".encode()


async def test_what_was_decided_is_told_while_an_outside_system_is_away(house: House) -> None:
    order_id = new_order_id()
    await house.bus.dispatch(Make(order_id), keyed())
    failing(house, FraudCheckUnavailable)
    assert await house.replayed(Make(new_order_id()), keyed()) == f"{order_id} 1".encode()


async def test_a_key_that_is_taken_and_has_no_answer_yet_is_in_flight(house: House) -> None:
    failing(house, KeyTaken)
    with pytest.raises(KeyInFlight):
        await house.bus.dispatch(Make(new_order_id()), keyed())
    assert house.answers == {}


async def test_a_refusal_is_no_answer_where_the_first_one_has_got_one_meanwhile(house: House) -> None:
    earlier = StoredAnswer(scope=b"key", fingerprint=b"command", answer=Answer(status=201, headers={}, body=b"made"))

    def overtaken() -> Exception:
        house.answers[b"key"] = earlier
        return EmptyOrder()

    failing(house, overtaken)
    assert await house.replayed(Make(new_order_id()), keyed()) == b"made"
    assert house.answers == {b"key": earlier}
