"""What every unit of work of the write side promises about answers that are kept under an idempotency key."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from command_api.application.context import Context
from command_api.application.errors import KeyTaken, VersionConflict
from command_api.application.idempotency import Answer, IdempotencyKey, StoredAnswer
from command_api.application.outcome import Outcome
from orders_domain.errors import DomainError, OrderNotFound
from orders_domain.values import OrderId, Sku
from tests.suites.command_examples import (
    CONTEXT,
    creation,
    drafted,
    insisting,
    new_order_id,
    order_of,
    product_of,
    stocked,
)
from tests.suites.command_unit_of_work import Stage

TOLD = Answer(status=201, headers={"etag": '"1"', "location": "/somewhere/é"}, body=b'{"n":1,"n2": [1.0,  "\xc3\xa9"]}')


def _told(_end: Outcome | DomainError) -> Answer:
    return TOLD


def keyed() -> Context:
    """The context of a command with a key that nobody else uses."""
    scope = uuid4().bytes * 2
    return replace(CONTEXT, idempotency=IdempotencyKey(scope=scope, fingerprint=bytes(32), answer=_told))


def stored(context: Context, **changed: Any) -> StoredAnswer:
    """The answer under the key of this context."""
    assert context.idempotency is not None
    return StoredAnswer(scope=context.idempotency.scope, fingerprint=bytes(32), answer=replace(TOLD, **changed))


async def kept(stage: Stage, context: Context) -> StoredAnswer | None:
    """What is to be found under the key of this context."""
    async with stage.begin(CONTEXT) as uow:
        return await uow.answered(stored(context).scope)


async def create(stage: Stage, context: Context, order_id: OrderId, **told: Any) -> None:
    """Create an order under a key."""
    async with stage.begin(context) as uow:
        uow.save(None, creation(order_id))
        await uow.commit()
        await uow.commit_with(stored(context, **told))


async def stock_up(stage: Stage, context: Context, sku: Sku) -> None:
    """Put one unit more on the shelf, under a key."""
    async with stage.begin(context) as uow:
        product = await uow.lock_product(sku)
        uow.save(product, product.adjust_stock(1, "delivery"))
        await uow.commit()
        await uow.commit_with(stored(context))


class AnswerPromises:
    """Subclasses bring a fixture `stage`."""

    async def test_a_key_that_nobody_used_has_no_answer(self, stage: Stage) -> None:
        assert await kept(stage, keyed()) is None

    async def test_an_answer_is_found_as_it_was_given(self, stage: Stage) -> None:
        key, order_id = keyed(), new_order_id()
        await create(stage, key, order_id)
        assert await kept(stage, key) == stored(key)
        assert (await order_of(stage.begin, order_id)).version == 1
        assert len(await stage.log(order_id)) == 1

    async def test_of_a_command_with_a_key_nothing_is_written_before_its_answer_is_known(self, stage: Stage) -> None:
        key, order_id = keyed(), new_order_id()
        async with stage.begin(key) as uow:
            uow.save(None, creation(order_id))
            await uow.commit()
        assert await stage.log(order_id) == []
        with pytest.raises(OrderNotFound):
            await order_of(stage.begin, order_id)

    async def test_what_was_not_committed_is_not_written_with_the_answer_either(self, stage: Stage) -> None:
        key, order_id = keyed(), new_order_id()
        async with stage.begin(key) as uow:
            uow.save(None, creation(order_id))
            await uow.commit_with(stored(key))
        assert await stage.log(order_id) == []
        assert await kept(stage, key) == stored(key)

    async def test_an_answer_is_kept_without_anything_else(self, stage: Stage) -> None:
        key = keyed()
        async with stage.begin(key) as uow:
            await uow.commit_with(stored(key, status=409))
        assert await kept(stage, key) == stored(key, status=409)

    async def test_a_command_that_changes_nothing_keeps_its_answer(self, stage: Stage) -> None:
        sku, key, other = await stocked(stage.begin, 1), keyed(), keyed()
        order = await drafted(stage.begin, sku)
        async with stage.begin(key) as uow:
            uow.save(await uow.order(order.order_id), ())
            await uow.commit()
            await uow.commit_with(stored(key))
        async with stage.begin(other) as uow:
            uow.save(await uow.lock_product(sku), ())
            await uow.commit()
            await uow.commit_with(stored(other))
        assert (await kept(stage, key), await kept(stage, other)) == (stored(key), stored(other))
        assert len(await stage.log(order.order_id, sku)) == 3

    async def test_a_key_that_is_taken_lets_nothing_be_written(self, stage: Stage) -> None:
        key, sku, order_id = keyed(), await stocked(stage.begin, 1), new_order_id()
        draft = await drafted(stage.begin)
        await create(stage, key, new_order_id())
        with pytest.raises(KeyTaken):
            await create(stage, key, order_id, status=200)
        with pytest.raises(KeyTaken):
            await stock_up(stage, key, sku)
        with pytest.raises(KeyTaken):
            await _discard(stage, key, draft.order_id)
        with pytest.raises(KeyTaken):
            await _only_answer(stage, key)
        assert await kept(stage, key) == stored(key)
        assert [len(await stage.log(one)) for one in (order_id, sku, draft.order_id)] == [0, 2, 1]
        assert (await product_of(stage.begin, sku)).on_hand == 1

    async def test_an_answer_is_not_kept_where_another_writer_was_faster(self, stage: Stage) -> None:
        key, late = keyed(), keyed()
        order = await drafted(stage.begin)
        async with stage.begin(late) as uow:
            loaded = await uow.order(order.order_id)
            await _discard(stage, key, order.order_id)
            uow.save(loaded, loaded.discard())
            await uow.commit()
            with pytest.raises(VersionConflict):
                await uow.commit_with(stored(late))
        with pytest.raises(VersionConflict):
            await create(stage, late, order.order_id)
        assert await kept(stage, key) == stored(key)
        assert await kept(stage, late) is None

    async def test_of_many_with_one_key_at_once_exactly_one_writes(self, stage: Stage) -> None:
        key, orders = keyed(), [new_order_id() for _ in range(20)]
        ends = await asyncio.gather(
            *(create(stage, key, order_id, status=200 + n) for n, order_id in enumerate(orders)),
            return_exceptions=True,
        )
        assert {type(end) for end in ends if end is not None} == {KeyTaken}
        assert ends.count(None) == 1
        assert await kept(stage, key) == stored(key, status=200 + ends.index(None))
        assert [event.aggregate_id for event in await stage.log(*orders)] == [str(orders[ends.index(None)])]

    async def test_of_many_with_one_key_and_locks_exactly_one_writes(self, stage: Stage) -> None:
        key, skus = keyed(), [await stocked(stage.begin, 1) for _ in range(2)]
        ends = await asyncio.gather(*(stock_up(stage, key, sku) for sku in skus * 4), return_exceptions=True)
        assert {type(end) for end in ends if end is not None} == {KeyTaken}
        assert ends.count(None) == 1
        assert sum([(await product_of(stage.begin, sku)).on_hand for sku in skus]) == 3

    async def test_those_who_insist_on_a_version_are_answered_the_same_way(self, stage: Stage) -> None:
        key, order = keyed(), await drafted(stage.begin)
        context = replace(insisting(1), idempotency=key.idempotency)
        await _discard(stage, context, order.order_id)
        assert await kept(stage, key) == stored(key)


async def _discard(stage: Stage, context: Context, order_id: OrderId) -> None:
    async with stage.begin(context) as uow:
        order = await uow.order(order_id)
        uow.save(order, order.discard())
        await uow.commit()
        await uow.commit_with(stored(context))


async def _only_answer(stage: Stage, context: Context) -> None:
    async with stage.begin(context) as uow:
        await uow.commit_with(stored(context, status=409))
