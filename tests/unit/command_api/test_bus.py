"""The bus: one handler per command, middlewares from the outside in, and new tries where a rival was faster."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from command_api.application.bus import CommandBus, Next, RetryOnConflict
from command_api.application.context import Context
from command_api.application.errors import ConcurrentUpdate, StaleVersion, Unavailable, VersionConflict
from command_api.application.outcome import Outcome
from command_api.application.ports import UnitOfWork
from command_api.composition import command_bus
from orders_contracts.consistency import ConsistencyToken
from orders_domain.errors import EmptyOrder
from tests.fakes.command_unit_of_work import InMemoryUnitsOfWork
from tests.suites.command_examples import CONTEXT, EUR

DONE = Outcome(written=ConsistencyToken("order", "1", 1))


@dataclass(frozen=True)
class Greet:
    name: str


@dataclass(frozen=True)
class Part:
    pass


class Failing:
    """A handler that fails so many times before it succeeds."""

    def __init__(self, times: int, error: Callable[[], Exception] = VersionConflict) -> None:
        self.left = times
        self.error = error
        self.calls = 0

    async def __call__(self, command: Greet, uow: UnitOfWork) -> Outcome:
        self.calls += 1
        if self.calls <= self.left:
            raise self.error()
        return DONE


def patient(attempts: int = 3) -> RetryOnConflict:
    return RetryOnConflict(attempts=attempts, wait_initial=0.0001, wait_max=0.0001)


async def greet(command: Greet, uow: UnitOfWork) -> Outcome:
    return DONE


async def test_a_command_reaches_its_handler_in_a_unit_of_work_of_its_own() -> None:
    seen: list[tuple[Greet, UnitOfWork]] = []

    async def remember(command: Greet, uow: UnitOfWork) -> Outcome:
        seen.append((command, uow))
        return DONE

    bus = CommandBus(InMemoryUnitsOfWork().begin)
    bus.register(Greet, remember)
    assert await bus.dispatch(Greet("a"), CONTEXT) is DONE
    assert await bus.dispatch(Greet("b"), CONTEXT) is DONE
    assert [command.name for command, _ in seen] == ["a", "b"]
    assert seen[0][1] is not seen[1][1]


def test_a_command_has_one_handler() -> None:
    bus = CommandBus(InMemoryUnitsOfWork().begin)
    bus.register(Greet, greet)
    with pytest.raises(ValueError, match="Greet has a handler already"):
        bus.register(Greet, greet)


async def test_a_command_that_nobody_handles_is_an_error_of_ours() -> None:
    bus = CommandBus(InMemoryUnitsOfWork().begin)
    with pytest.raises(LookupError, match="Part"):
        await bus.dispatch(Part(), CONTEXT)


def test_the_table_holds_every_command_of_the_service() -> None:
    bus = command_bus(InMemoryUnitsOfWork().begin, EUR)
    assert {command.__name__ for command in bus.commands} == {
        "CreateOrder",
        "AddItem",
        "ChangeItemQuantity",
        "RemoveItem",
        "SetShippingAddress",
        "ConfirmOrder",
        "CancelOrder",
        "DiscardOrder",
        "ShipItems",
        "DeliverShipment",
        "ApplyDiscount",
        "RemoveDiscount",
        "SetCharge",
        "RemoveCharge",
        "ApproveReview",
        "DeclineReview",
        "CancelItem",
        "RecordPayment",
        "RecordRefund",
        "RequestReturn",
        "ReceiveReturn",
        "RejectReturn",
        "AddNote",
        "ExpireOrder",
        "ListProduct",
        "DelistProduct",
        "AdjustStock",
    }


async def test_the_first_middleware_is_the_outermost() -> None:
    trail: list[str] = []

    def named(name: str) -> Callable[[object, Context, Next], object]:
        async def middleware(command: object, context: Context, inner: Next) -> Outcome:
            trail.append(f"into {name}")
            outcome = await inner(command, context)
            trail.append(f"out of {name}")
            return outcome

        return middleware

    bus = CommandBus(InMemoryUnitsOfWork().begin, [named("first"), named("second")])  # type: ignore[list-item]
    bus.register(Greet, greet)
    await bus.dispatch(Greet("a"), CONTEXT)
    assert trail == ["into first", "into second", "out of second", "out of first"]


@pytest.mark.parametrize("conflicts", [0, 1, 3])
async def test_a_conflict_is_decided_anew(conflicts: int) -> None:
    handler = Failing(conflicts)
    bus = CommandBus(InMemoryUnitsOfWork().begin, [patient()])
    bus.register(Greet, handler)
    assert await bus.dispatch(Greet("a"), CONTEXT) is DONE
    assert handler.calls == conflicts + 1


async def test_tries_are_bounded_and_the_last_conflict_is_told_as_a_concurrent_update() -> None:
    handler = Failing(1_000)
    bus = CommandBus(InMemoryUnitsOfWork().begin, [patient(attempts=3)])
    bus.register(Greet, handler)
    with pytest.raises(ConcurrentUpdate):
        await bus.dispatch(Greet("a"), CONTEXT)
    assert handler.calls == 4


@pytest.mark.parametrize("error", [EmptyOrder, lambda: StaleVersion(3), Unavailable, RuntimeError])
async def test_nothing_but_a_conflict_is_tried_again(error: Callable[[], Exception]) -> None:
    handler = Failing(1, error)
    bus = CommandBus(InMemoryUnitsOfWork().begin, [patient()])
    bus.register(Greet, handler)
    with pytest.raises(type(error())):
        await bus.dispatch(Greet("a"), CONTEXT)
    assert handler.calls == 1


async def test_another_error_in_a_later_try_ends_the_tries() -> None:
    errors = iter([VersionConflict(), VersionConflict(), EmptyOrder()])
    handler = Failing(9, lambda: next(errors))
    bus = CommandBus(InMemoryUnitsOfWork().begin, [patient(attempts=8)])
    bus.register(Greet, handler)
    with pytest.raises(EmptyOrder):
        await bus.dispatch(Greet("a"), CONTEXT)
    assert handler.calls == 3


async def test_a_try_that_is_taken_again_says_nothing_of_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    bus = CommandBus(InMemoryUnitsOfWork().begin, [patient()])
    bus.register(Greet, Failing(3))
    await bus.dispatch(Greet("Ada Byron, 12 St James's Square"), CONTEXT)
    await asyncio.sleep(0)
    heard = capsys.readouterr()
    assert "Ada" not in heard.out + heard.err
