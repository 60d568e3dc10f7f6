"""What every unit of work of the write side promises about commands that are accepted now and end later."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol
from uuid import UUID, uuid4

import pytest

from command_api.application.context import Context
from command_api.application.errors import EndedBefore, KeyTaken, VersionConflict
from command_api.application.later import AcceptedCommands, Asked, Ended, StoredCommand
from command_api.application.ports import BeginUnitOfWork
from orders_contracts.commands import CommandAccepted, CommandFailed, CommandSucceeded, Written
from orders_contracts.timestamps import timestamp
from orders_domain.values import OrderId
from tests.fakes.command_unit_of_work import LoggedEvent
from tests.suites.command_answers import kept, keyed, stored
from tests.suites.command_examples import CONTEXT, creation, drafted, new_order_id, product_of, stocked
from tests.suites.command_unit_of_work import Stage
from tests.suites.projector_waiting import until

ALONE = "OnlyThisTest"
KINDS: list[str] = []
"""All that were made."""
AT = datetime(2026, 1, 2, 3, 4, 5, 678_901, tzinfo=UTC)


class AcceptingStage(Stage, Protocol):
    """A stage that can also have a claim run out before its time."""

    @property
    def begin(self) -> BeginUnitOfWork: ...

    @property
    def accepted(self) -> AcceptedCommands: ...

    async def log(self, *aggregate_ids: object) -> list[LoggedEvent]: ...

    async def lapse(self, command_id: UUID) -> None: ...


def command(**changed: Any) -> StoredCommand:
    """One of a kind that no other test asks for."""
    one = StoredCommand(
        command_id=uuid4(),
        accepted_at=AT,
        kind=f"{ALONE}{uuid4().hex}",
        body=b'{"text":"\xc3\xa9", "n":1}',
        asked=Asked(path="/api/v1/orders", made="shipment_id"),
        correlation_id="test",
        actor="Ada",
        expected_version=3,
    )
    KINDS.append(one.kind)
    return replace(one, **changed)


def succeeded(one: StoredCommand) -> Ended:
    """A good end."""
    written = Written(aggregate_type="order", aggregate_id=str(one.command_id), version=1)
    event = CommandSucceeded(command=one.kind, accepted_at=timestamp(AT), written=written, result={"version": 1})
    return Ended(command_id=one.command_id, event=event)


def failed(one: StoredCommand) -> Ended:
    """A bad end."""
    event = CommandFailed(command=one.kind, accepted_at=timestamp(AT), problem={"status": 409})
    return Ended(command_id=one.command_id, event=event)


async def accept(stage: AcceptingStage, one: StoredCommand, context: Context = CONTEXT) -> StoredCommand:
    """Store a command."""
    async with stage.begin(context) as uow:
        uow.accept(one)
        await uow.commit()
        if context.idempotency is not None:
            await uow.commit_with(stored(context))
    return one


async def create(stage: AcceptingStage, end: Ended, order_id: OrderId) -> None:
    """Create an order, and end an accepted command with it."""
    async with stage.begin(ending(end)) as uow:
        uow.save(None, creation(order_id))
        await uow.commit()
        await uow.commit_with(end)


async def only_end(stage: AcceptingStage, end: Ended) -> None:
    """End a command that writes nothing."""
    async with stage.begin(ending(end)) as uow:
        await uow.commit_with(end)


def ending(end: Ended) -> Context:
    """The context of an accepted command that ends so."""
    return replace(CONTEXT, ending=lambda _outcome: end)


class AcceptingPromises:
    """Subclasses bring a fixture `stage`."""

    async def test_what_is_accepted_is_handed_out_once_and_as_it_was(self, stage: AcceptingStage) -> None:
        one = await accept(stage, command())
        (claim,) = await stage.accepted.claim([one.kind], 10)
        assert claim.stored == one
        assert claim.attempts == 1
        assert await stage.accepted.claim([one.kind], 10) == []

    async def test_what_the_caller_left_open_stays_open(self, stage: AcceptingStage) -> None:
        one = await accept(stage, command(actor=None, expected_version=None, asked=Asked(path="/x")))
        (claim,) = await stage.accepted.claim([one.kind], 10)
        assert claim.stored == one

    async def test_that_it_was_accepted_is_its_first_event(self, stage: AcceptingStage) -> None:
        one = await accept(stage, command())
        (event,) = await stage.log(one.command_id)
        assert (event.version, event.data) == (1, CommandAccepted(command=one.kind))

    async def test_without_a_commit_it_is_not_accepted(self, stage: AcceptingStage) -> None:
        one = command()
        async with stage.begin(CONTEXT) as uow:
            uow.accept(one)
        assert await stage.accepted.claim([one.kind], 10) == []
        assert await stage.log(one.command_id) == []

    async def test_commands_of_unknown_kinds_are_left_to_others(self, stage: AcceptingStage) -> None:
        one, other = await accept(stage, command()), await accept(stage, command())
        (claim,) = await stage.accepted.claim([other.kind, "Nothing"], 10)
        assert claim.stored == other
        assert [claim.stored for claim in await stage.accepted.claim([one.kind], 10)] == [one]

    async def test_those_that_wait_longest_come_first_and_no_more_than_asked_for(self, stage: AcceptingStage) -> None:
        first = await accept(stage, command())
        rest = [await accept(stage, command(kind=first.kind)) for _ in range(2)]
        assert [claim.stored for claim in await stage.accepted.claim([first.kind], 1)] == [first]
        assert {claim.stored.command_id for claim in await stage.accepted.claim([first.kind], 5)} == {
            one.command_id for one in rest
        }

    async def test_of_many_who_take_at_once_each_command_goes_to_one(self, stage: AcceptingStage) -> None:
        first = command()
        ids = {(await accept(stage, command(kind=first.kind))).command_id for _ in range(20)}
        taken = await asyncio.gather(*(stage.accepted.claim([first.kind], 5) for _ in range(8)))
        handed_out = [claim.stored.command_id for claims in taken for claim in claims]
        assert len(handed_out) == len(set(handed_out))
        assert set(handed_out) == ids

    async def test_a_claim_that_has_run_out_is_given_to_another(self, stage: AcceptingStage) -> None:
        one = await accept(stage, command())
        await stage.accepted.claim([one.kind], 10)
        await stage.lapse(one.command_id)
        (claim,) = await stage.accepted.claim([one.kind], 10)
        assert (claim.stored, claim.attempts) == (one, 2)

    async def test_what_is_put_off_is_due_again_then_and_not_before(self, stage: AcceptingStage) -> None:
        one = await accept(stage, command())
        await stage.accepted.claim([one.kind], 10)
        await stage.accepted.put_off(one.command_id, 60)
        assert await stage.accepted.claim([one.kind], 10) == []
        await stage.accepted.put_off(one.command_id, 0)
        assert [claim.attempts for claim in await stage.accepted.claim([one.kind], 10)] == [2]

    async def test_how_late_they_are_goes_by_when_they_are_due(self, stage: AcceptingStage) -> None:
        await accept(stage, command())
        waited = await stage.accepted.late_seconds()
        assert 0 <= waited < 60
        await until(partial(_later_than, stage, waited))
        await stage.accepted.claim(KINDS, 1_000)  # what other tests have left, too
        assert await stage.accepted.late_seconds() == 0

    async def test_a_command_ends_together_with_what_it_writes(self, stage: AcceptingStage) -> None:
        one, order_id = await accept(stage, command()), new_order_id()
        await create(stage, succeeded(one), order_id)
        events = await stage.log(one.command_id, order_id)
        assert [event.data for event in events if event.aggregate_id == str(one.command_id)] == [
            CommandAccepted(command=one.kind),
            succeeded(one).event,
        ]
        by_id = {(event.aggregate_id, event.version): event.transaction for event in events}
        assert by_id[str(one.command_id), 2] == by_id[str(order_id), 1]
        await stage.accepted.put_off(one.command_id, 0)
        assert await stage.accepted.claim([one.kind], 10) == []

    async def test_a_command_that_changes_nothing_ends(self, stage: AcceptingStage) -> None:
        one, other = await accept(stage, command()), await accept(stage, command())
        sku = await stocked(stage.begin, 1)
        order = await drafted(stage.begin, sku)
        async with stage.begin(ending(succeeded(one))) as uow:
            uow.save(await uow.order(order.order_id), ())
            await uow.commit()
            await uow.commit_with(succeeded(one))
        async with stage.begin(ending(succeeded(other))) as uow:
            uow.save(await uow.lock_product(sku), ())
            await uow.commit()
            await uow.commit_with(succeeded(other))
        assert [event.version for event in await stage.log(one.command_id)] == [1, 2]
        assert [event.version for event in await stage.log(other.command_id)] == [1, 2]
        assert len(await stage.log(order.order_id, sku)) == 3

    async def test_a_refusal_ends_it_too(self, stage: AcceptingStage) -> None:
        one = await accept(stage, command())
        await only_end(stage, failed(one))
        assert [event.data for event in await stage.log(one.command_id)][1:] == [failed(one).event]

    async def test_one_that_has_ended_lets_nothing_be_written(self, stage: AcceptingStage) -> None:
        one, sku, order_id = await accept(stage, command()), await stocked(stage.begin, 1), new_order_id()
        draft = await drafted(stage.begin)
        await only_end(stage, failed(one))
        with pytest.raises(EndedBefore):
            await create(stage, succeeded(one), order_id)
        with pytest.raises(EndedBefore):
            await _stock_up(stage, succeeded(one), sku)
        with pytest.raises(EndedBefore):
            await _discard(stage, succeeded(one), draft.order_id)
        with pytest.raises(EndedBefore):
            await only_end(stage, succeeded(one))
        with pytest.raises(EndedBefore):
            await only_end(stage, succeeded(command()))
        assert [len(await stage.log(key)) for key in (one.command_id, order_id, sku, draft.order_id)] == [2, 0, 2, 1]
        assert (await product_of(stage.begin, sku)).on_hand == 1

    async def test_it_does_not_end_where_another_writer_was_faster(self, stage: AcceptingStage) -> None:
        one, faster = await accept(stage, command()), await accept(stage, command())
        order = await drafted(stage.begin)
        async with stage.begin(ending(succeeded(one))) as uow:
            loaded = await uow.order(order.order_id)
            await _discard(stage, succeeded(faster), order.order_id)
            uow.save(loaded, loaded.discard())
            await uow.commit()
            with pytest.raises(VersionConflict):
                await uow.commit_with(succeeded(one))
        assert len(await stage.log(one.command_id)) == 1
        assert [claim.stored for claim in await stage.accepted.claim([one.kind], 1)] == [one]

    async def test_of_many_who_end_it_at_once_exactly_one_writes(self, stage: AcceptingStage) -> None:
        one, orders = await accept(stage, command()), [new_order_id() for _ in range(20)]
        ends = await asyncio.gather(
            *(create(stage, succeeded(one), order_id) for order_id in orders), return_exceptions=True
        )
        assert {type(end) for end in ends if end is not None} == {EndedBefore}
        assert ends.count(None) == 1
        assert [event.aggregate_id for event in await stage.log(*orders)] == [str(orders[ends.index(None)])]
        assert [event.version for event in await stage.log(one.command_id)] == [1, 2]

    async def test_of_many_who_end_it_under_locks_exactly_one_writes(self, stage: AcceptingStage) -> None:
        one, skus = await accept(stage, command()), [await stocked(stage.begin, 1) for _ in range(2)]
        ends = await asyncio.gather(
            *(_stock_up(stage, succeeded(one), sku) for sku in skus * 4), return_exceptions=True
        )
        assert {type(end) for end in ends if end is not None} == {EndedBefore}
        assert ends.count(None) == 1
        assert sum([(await product_of(stage.begin, sku)).on_hand for sku in skus]) == 3

    async def test_the_answer_to_its_idempotency_key_is_kept_with_the_acceptance(self, stage: AcceptingStage) -> None:
        key, one = keyed(), command()
        await accept(stage, one, key)
        assert await kept(stage, key) == stored(key)
        again = command(kind=one.kind)
        with pytest.raises(KeyTaken):
            await accept(stage, again, key)
        assert [claim.stored for claim in await stage.accepted.claim([one.kind], 5)] == [one]
        assert await stage.log(again.command_id) == []

    async def test_of_many_with_one_key_at_once_exactly_one_is_accepted(self, stage: AcceptingStage) -> None:
        key, first = keyed(), command()
        ends = await asyncio.gather(
            *(accept(stage, command(kind=first.kind), key) for _ in range(20)), return_exceptions=True
        )
        assert [type(end) for end in ends if isinstance(end, Exception)] == [KeyTaken] * 19
        assert len(await stage.accepted.claim([first.kind], 30)) == 1


async def _later_than(stage: AcceptingStage, waited: float) -> bool:
    return await stage.accepted.late_seconds() > waited


async def _discard(stage: AcceptingStage, end: Ended, order_id: OrderId) -> None:
    async with stage.begin(ending(end)) as uow:
        order = await uow.order(order_id)
        uow.save(order, order.discard())
        await uow.commit()
        await uow.commit_with(end)


async def _stock_up(stage: AcceptingStage, end: Ended, sku: Any) -> None:
    async with stage.begin(ending(end)) as uow:
        product = await uow.lock_product(sku)
        uow.save(product, product.adjust_stock(1, "delivery"))
        await uow.commit()
        await uow.commit_with(end)
