"""What every unit of work of the write side promises to those who write at the same time."""

import asyncio

import pytest

from command_api.application.errors import StaleVersion, VersionConflict
from orders_domain import stock
from orders_domain.errors import InsufficientInventory, OrderNotFound, ProductNotFound
from orders_domain.values import OrderId, Sku
from tests.suites.command_examples import (
    CONTEXT,
    confirmed,
    creation,
    drafted,
    insisting,
    new_order_id,
    new_sku,
    product_of,
    stocked,
)
from tests.suites.command_unit_of_work import Stage


class LockingPromises:
    """Subclasses bring a fixture `stage`."""

    async def test_of_two_who_loaded_the_same_version_only_one_writes(self, stage: Stage) -> None:
        order = await drafted(stage.begin)
        async with stage.begin(CONTEXT) as slow:
            loaded = await slow.order(order.order_id)
            async with stage.begin(CONTEXT) as fast:
                fast.save(await fast.order(order.order_id), loaded.discard())
                await fast.commit()
            slow.save(loaded, loaded.discard())
            with pytest.raises(VersionConflict):
                await slow.commit()
        assert [event.version for event in await stage.log(order.order_id)] == [1, 2]

    async def test_a_conflict_over_the_order_takes_its_products_back(self, stage: Stage) -> None:
        sku = await stocked(stage.begin, 5)
        order = await drafted(stage.begin, sku)
        with pytest.raises(VersionConflict):
            await _confirm_while_it_is_discarded(stage, order.order_id, sku)
        assert (await product_of(stage.begin, sku)).reserved == 0
        assert len(await stage.log(sku)) == 2

    async def test_a_refusal_on_a_state_that_is_gone_is_a_conflict(self, stage: Stage) -> None:
        sku = await stocked(stage.begin, 1)
        order = await drafted(stage.begin, sku)
        with pytest.raises(VersionConflict):
            await _reserve_too_much(stage, order.order_id, sku, confirmed_meanwhile=True)
        with pytest.raises(InsufficientInventory):
            await _reserve_too_much(stage, order.order_id, sku, confirmed_meanwhile=False)

    async def test_an_order_is_created_once(self, stage: Stage) -> None:
        order_id = new_order_id()
        async with stage.begin(CONTEXT) as uow:
            uow.save(None, creation(order_id))
            await uow.commit()
        async with stage.begin(CONTEXT) as uow:
            uow.save(None, creation(order_id))
            with pytest.raises(VersionConflict):
                await uow.commit()
        assert len(await stage.log(order_id)) == 1

    async def test_a_product_is_listed_once_by_many_at_a_time(self, stage: Stage) -> None:
        sku = new_sku()
        ends = await asyncio.gather(*(stocked(stage.begin, 0, sku) for _ in range(6)), return_exceptions=True)
        assert ends.count(sku) == 1
        assert {type(end) for end in ends if end != sku} <= {VersionConflict, ValueError}
        assert len(await stage.log(sku)) == 1

    async def test_who_holds_a_product_keeps_the_others_waiting(self, stage: Stage) -> None:
        sku = await stocked(stage.begin, 1)
        await asyncio.gather(*(_add_one(stage, sku) for _ in range(8)))
        assert (await product_of(stage.begin, sku)).on_hand == 9
        assert [event.version for event in await stage.log(sku)] == list(range(1, 11))

    async def test_products_are_locked_in_one_order_whatever_order_they_are_named_in(self, stage: Stage) -> None:
        first, second = await stocked(stage.begin, 1), await stocked(stage.begin, 1)

        async def hold(*skus: Sku) -> int:
            async with stage.begin(CONTEXT) as uow:
                held = await uow.lock_products(skus)
                await asyncio.sleep(0)
                return len(held)

        async with asyncio.timeout(5):
            held = await asyncio.gather(*(hold(*pair) for pair in [(first, second), (second, first)] * 8))
        assert held == [2] * 16

    async def test_who_insists_on_another_version_is_told_the_present_one(self, stage: Stage) -> None:
        sku = await stocked(stage.begin, 1)
        order = await drafted(stage.begin, sku)
        for version in (2, 3):
            async with stage.begin(insisting(version)) as uow:
                with pytest.raises(StaleVersion) as stale:
                    await uow.order(order.order_id)
            assert stale.value.current_version == 1
        async with stage.begin(insisting(1)) as uow:
            with pytest.raises(StaleVersion) as stale:
                await uow.lock_product(sku)
        assert stale.value.current_version == 2
        async with stage.begin(insisting(1)) as uow:
            with pytest.raises(StaleVersion) as stale:
                await uow.lock_product_or_none(new_sku())
        assert stale.value.current_version == 0

    async def test_who_insists_on_the_present_version_is_served(self, stage: Stage) -> None:
        sku = await stocked(stage.begin, 1)
        order = await drafted(stage.begin, sku)
        async with stage.begin(insisting(1)) as uow:
            assert (await uow.order_and_products(order.order_id, [sku]))[0] == order
        async with stage.begin(insisting(2)) as uow:
            assert (await uow.lock_product(sku)).version == 2

    async def test_existence_is_looked_at_before_the_version(self, stage: Stage) -> None:
        async with stage.begin(insisting(3)) as uow:
            with pytest.raises(OrderNotFound):
                await uow.order(new_order_id())
            with pytest.raises(ProductNotFound):
                await uow.lock_product(new_sku())


async def _add_one(stage: Stage, sku: Sku) -> None:
    async with stage.begin(CONTEXT) as uow:
        product = await uow.lock_product(sku)
        await asyncio.sleep(0)
        uow.save(product, product.adjust_stock(1, "delivery"))
        await uow.commit()


async def _confirm_while_it_is_discarded(stage: Stage, order_id: OrderId, sku: Sku) -> None:
    async with stage.begin(CONTEXT) as slow:
        loaded = await slow.order(order_id)
        products = await slow.lock_products([sku])
        async with stage.begin(CONTEXT) as fast:
            fast.save(await fast.order(order_id), loaded.discard())
            await fast.commit()
        slow.save(products[sku], stock.reserve(products, order_id, {sku: 1})[sku])
        slow.save(loaded, loaded.confirm())
        await slow.commit()


async def _reserve_too_much(stage: Stage, order_id: OrderId, sku: Sku, *, confirmed_meanwhile: bool) -> None:
    async with stage.begin(CONTEXT) as uow:
        await uow.order(order_id)
        if confirmed_meanwhile:
            await confirmed(stage.begin, order_id)
        stock.reserve(await uow.lock_products([sku]), order_id, {sku: 1})
