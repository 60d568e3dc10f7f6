"""Accepted commands are run to an end: refusals end them, faults are tried again, and nothing takes effect twice."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from command_api.adapters.system import SystemClock
from command_api.application.accept_for_later import AcceptForLater
from command_api.application.bus import CommandBus, RetryOnConflict
from command_api.application.context import Context
from command_api.application.errors import StaleVersion, Unavailable, VersionConflict
from command_api.application.later import Asked, Claim, Later, StoredCommand
from command_api.application.outcome import Outcome, of_order
from command_api.application.ports import UnitOfWork
from command_api.application.run_accepted import Gone, RunAccepted
from orders_contracts.commands import CommandFailed, CommandSucceeded
from orders_domain.errors import DomainError
from orders_domain.values import OrderId
from tests.fakes.command_unit_of_work import InMemoryUnitsOfWork
from tests.suites.command_examples import creation, drafted, new_order_id

ATTEMPTS = 3


@dataclass(frozen=True)
class Make:
    order_id: OrderId


@dataclass(frozen=True)
class Discard:
    order_id: OrderId


class Says:
    """A telling that says how it was asked."""

    def result(self, asked: Asked, outcome: Outcome) -> Mapping[str, str | int]:
        return {"path": asked.path, "version": outcome.written.version}

    def problem(self, asked: Asked, correlation_id: str, error: Exception) -> Mapping[str, Any]:
        code = error.code if isinstance(error, DomainError) else type(error).__name__
        return {"path": asked.path, "trace_id": correlation_id, "code": code}


class Watches:
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def ended(self, stored: StoredCommand, how: str) -> None:
        self.told.append(f"{stored.kind} {how}")

    def put_off(self, stored: StoredCommand, fault: Exception) -> None:
        self.told.append(f"{stored.kind} put off: {type(fault).__name__}")

    def given_up(self, stored: StoredCommand, fault: Exception) -> None:
        self.told.append(f"{stored.kind} given up: {type(fault).__name__}")


class House(InMemoryUnitsOfWork):
    """A bus whose commands may be accepted, and who runs them."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[Exception] = []
        self.news = 0
        accepting = AcceptForLater(self.begin, SystemClock(), self._tell)
        retry = RetryOnConflict(attempts=2, wait_initial=0.0001, wait_max=0.0001)
        self.bus = CommandBus(self.begin, [accepting, retry])
        self.bus.register(Make, self._make)
        self.bus.register(Discard, self._discard)
        self.watches = Watches()
        self.work = RunAccepted(self.bus, self.begin, self.accepted, Says(), self.watches, attempts=ATTEMPTS)

    def _tell(self) -> None:
        self.news += 1

    async def _make(self, command: Make, uow: UnitOfWork) -> Outcome:
        order = uow.save(None, creation(command.order_id))
        if self.faults:
            raise self.faults.pop(0)
        await uow.commit()
        return of_order(order)

    async def _discard(self, command: Discard, uow: UnitOfWork) -> Outcome:
        order = await uow.order(command.order_id)
        order = uow.save(order, order.discard())
        await uow.commit()
        return of_order(order)

    async def accept(self, command: object, **context: Any) -> UUID:
        """Dispatch a command whose caller does not wait."""
        later = Later(command_id=uuid4(), asked=Asked(path="/asked"))
        await self.bus.dispatch(command, Context(correlation_id="trace", actor="Ada", later=later, **context))
        return later.command_id

    async def claim(self, command_id: UUID) -> Claim:
        """The command, handed out although it may have been before."""
        self.accepted.lapse(command_id)
        (claim,) = await self.work.claim(10)
        return claim

    async def end_of(self, command_id: UUID) -> CommandSucceeded | CommandFailed | None:
        """Its last event; None before."""
        ends = [event.data for event in await self.log(command_id) if event.version > 1]
        (end,) = ends or (None,)
        assert end is None or isinstance(end, CommandSucceeded | CommandFailed)
        return end


@pytest.fixture
def house() -> House:
    return House()


async def test_a_command_whose_caller_does_not_wait_is_stored_and_not_run(house: House) -> None:
    order_id = new_order_id()
    command_id = await house.accept(Make(order_id))
    assert command_id in house.accepted
    assert house.news == 1
    assert order_id not in house.orders


async def test_the_outcome_of_an_acceptance_is_the_command_itself(house: House) -> None:
    later = Later(command_id=uuid4(), asked=Asked(path="/asked"))
    outcome = await house.bus.dispatch(Make(new_order_id()), Context(correlation_id="trace", later=later))
    assert outcome.written == ("command", str(later.command_id), 1)


async def test_it_takes_effect_and_its_end_tells_what_the_caller_would_have_been_told(house: House) -> None:
    order_id = new_order_id()
    command_id = await house.accept(Make(order_id))
    await house.work.run(await house.claim(command_id))
    end = await house.end_of(command_id)
    assert isinstance(end, CommandSucceeded)
    assert end.result == {"path": "/asked", "version": 1}
    assert (end.command, end.written.aggregate_id, end.written.version) == ("Make", str(order_id), 1)
    assert order_id in house.orders
    assert house.watches.told == ["Make succeeded"]
    assert command_id not in house.accepted


async def test_a_refusal_by_the_rules_ends_it(house: House) -> None:
    command_id = await house.accept(Discard(new_order_id()))
    await house.work.run(await house.claim(command_id))
    end = await house.end_of(command_id)
    assert isinstance(end, CommandFailed)
    assert end.problem == {"path": "/asked", "trace_id": "trace", "code": "order_not_found"}
    assert house.watches.told == ["Discard failed"]


async def test_the_version_that_the_caller_insists_on_counts_when_it_is_run(house: House) -> None:
    order = await drafted(house.begin)
    command_id = await house.accept(Discard(order.order_id), expected_version=2)
    await house.work.run(await house.claim(command_id))
    end = await house.end_of(command_id)
    assert isinstance(end, CommandFailed)
    assert end.problem["code"] == StaleVersion.__name__
    assert house.orders[order.order_id] == order


async def test_a_fault_puts_it_off_and_the_next_attempt_succeeds(house: House) -> None:
    house.faults = [Unavailable("down")]
    order_id = new_order_id()
    command_id = await house.accept(Make(order_id))
    await house.work.run(await house.claim(command_id))
    assert await house.end_of(command_id) is None
    assert await house.work.claim(10) == []
    await house.work.run(await house.claim(command_id))
    assert house.watches.told == ["Make put off: Unavailable", "Make succeeded"]
    assert order_id in house.orders


async def test_the_waits_grow_and_have_an_end(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    async def put_off(_command_id: UUID, seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(house.accepted, "put_off", put_off)
    work = RunAccepted(house.bus, house.begin, house.accepted, Says(), house.watches, attempts=99)
    command_id = await house.accept(Make(new_order_id()))
    stored = (await house.claim(command_id)).stored
    house.faults = [Unavailable("down") for _ in range(20)]
    for attempt in range(1, 21):
        await work.run(Claim(stored, attempt))
    assert [0.8 * min(0.5 * 2**n, 60) <= wait <= 1.2 * min(0.5 * 2**n, 60) for n, wait in enumerate(waits, 1)] == [
        True
    ] * 20


@pytest.mark.parametrize("fault", [Unavailable("down"), VersionConflict(), RuntimeError("a bug")])
async def test_a_command_that_keeps_failing_ends_as_failed(house: House, fault: Exception) -> None:
    order_id = new_order_id()
    command_id = await house.accept(Make(order_id))
    house.faults = [fault] * 20
    for _ in range(ATTEMPTS):
        assert await house.end_of(command_id) is None
        await house.work.run(await house.claim(command_id))
    end = await house.end_of(command_id)
    assert isinstance(end, CommandFailed)
    assert order_id not in house.orders
    assert command_id not in house.accepted
    assert house.watches.told[-1] == "Make failed"
    assert "given up" in house.watches.told[-2]


async def test_a_command_that_kills_whoever_begins_it_is_not_begun_for_ever(house: House) -> None:
    command_id = await house.accept(Make(new_order_id()))
    for _ in range(ATTEMPTS):
        await house.claim(command_id)
    await house.work.run(await house.claim(command_id))
    end = await house.end_of(command_id)
    assert isinstance(end, CommandFailed)
    assert end.problem["code"] == Gone.__name__


async def test_what_cannot_be_read_is_a_fault_like_any_other(house: House) -> None:
    command_id = await house.accept(Make(new_order_id()))
    stored = (await house.claim(command_id)).stored
    await house.work.run(Claim(replace(stored, body=b'{"x":1}'), ATTEMPTS))
    assert isinstance(await house.end_of(command_id), CommandFailed)


async def test_two_who_run_it_make_one_effect_and_one_end(house: House) -> None:
    order = await drafted(house.begin)
    command_id = await house.accept(Discard(order.order_id))
    claims = [await house.claim(command_id), await house.claim(command_id)]
    await asyncio.gather(*(house.work.run(claim) for claim in claims))
    assert isinstance(await house.end_of(command_id), CommandSucceeded)
    assert [event.version for event in await house.log(order.order_id)] == [1, 2]
    assert house.watches.told == ["Discard succeeded"]


async def test_one_who_comes_back_after_the_end_makes_no_other(house: House) -> None:
    order = await drafted(house.begin)
    command_id = await house.accept(Discard(order.order_id))
    late = await house.claim(command_id)
    await house.work.run(await house.claim(command_id))
    await house.work.run(late)
    assert isinstance(await house.end_of(command_id), CommandSucceeded)
    assert house.watches.told == ["Discard succeeded"]
