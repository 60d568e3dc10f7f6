"""What every unit of work of the write side promises about what is written, whatever it is made of."""

import asyncio
from typing import Protocol

import pytest

from command_api.adapters.publish import publish_order_event
from command_api.adapters.publish_products import publish_product_event
from command_api.application.ports import BeginUnitOfWork
from orders_domain import stock
from orders_domain.errors import OrderNotFound, ProductNotFound
from orders_domain.evolving import fold
from orders_domain.product import Product, fold_product
from orders_domain.values import ItemQuantity, OrderId, OrderStatus, ShipmentId, Sku
from tests.fakes.command_unit_of_work import LoggedEvent
from tests.suites.command_examples import (
    CONTEXT,
    EUR,
    confirmed,
    creation,
    drafted,
    new_order_id,
    new_sku,
    order_of,
    product_of,
    stocked,
)


class Stage(Protocol):
    """Units of work, and a look at what they left in the log."""

    @property
    def begin(self) -> BeginUnitOfWork: ...

    async def log(self, *aggregate_ids: object) -> list[LoggedEvent]: ...


class UnitOfWorkPromises:
    """Subclasses bring a fixture `stage`."""

    async def test_what_is_committed_is_what_is_loaded_next(self, stage: Stage) -> None:
        sku = await stocked(stage.begin, 5)
        order = await drafted(stage.begin, sku)
        assert await order_of(stage.begin, order.order_id) == order
        assert (await product_of(stage.begin, sku)).on_hand == 5

    async def test_an_order_that_nobody_created_is_not_found(self, stage: Stage) -> None:
        missing = new_order_id()
        with pytest.raises(OrderNotFound):
            await order_of(stage.begin, missing)

    async def test_products_that_do_not_exist_are_left_out(self, stage: Stage) -> None:
        sku, missing = await stocked(stage.begin, 5), new_sku()
        order = await drafted(stage.begin, sku)
        async with stage.begin(CONTEXT) as uow:
            assert set(await uow.products([missing, sku])) == {sku}
            assert set(await uow.lock_products([missing, sku])) == {sku}
        async with stage.begin(CONTEXT) as uow:
            found, products = await uow.order_and_products(order.order_id, [missing, sku])
        assert found == order
        assert set(products) == {sku}

    async def test_a_product_that_must_exist_is_not_found_and_a_new_one_is_none(self, stage: Stage) -> None:
        async with stage.begin(CONTEXT) as uow:
            assert await uow.lock_product_or_none(new_sku()) is None
        async with stage.begin(CONTEXT) as uow:
            with pytest.raises(ProductNotFound):
                await uow.lock_product(new_sku())

    async def test_the_state_is_the_fold_of_the_events_and_the_log_is_what_they_publish(self, stage: Stage) -> None:
        order_id = new_order_id()
        history = [*creation(order_id)]
        async with stage.begin(CONTEXT) as uow:
            uow.save(None, history)
            await uow.commit()
        sku = await stocked(stage.begin, 5)
        for quantity in (1, 2):
            async with stage.begin(CONTEXT) as uow:
                order, products = await uow.order_and_products(order_id, [sku])
                events = order.add_item(sku, quantity, products[sku])
                history.extend(events)
                uow.save(order, events)
                await uow.commit()
        assert await order_of(stage.begin, order_id) == fold(history)
        logged = await stage.log(order_id)
        assert [event.data for event in logged] == [publish_order_event(event) for event in history]
        assert [event.version for event in logged] == [1, 2, 3]

    async def test_a_product_is_the_fold_of_its_events_too(self, stage: Stage) -> None:
        sku = new_sku()
        history = [*Product.list_new(sku=sku, name="Cup", unit_price_cents=250, currency=EUR)]
        async with stage.begin(CONTEXT) as uow:
            uow.save(await uow.lock_product_or_none(sku), history)
            await uow.commit()
        async with stage.begin(CONTEXT) as uow:
            product = await uow.lock_product(sku)
            events = product.adjust_stock(7, "delivery")
            history.extend(events)
            uow.save(product, events)
            await uow.commit()
        assert await product_of(stage.begin, sku) == fold_product(history)
        assert [event.data for event in await stage.log(sku)] == [publish_product_event(event) for event in history]

    async def test_without_a_commit_nothing_is_left(self, stage: Stage) -> None:
        sku, order_id = await stocked(stage.begin, 5), new_order_id()
        async with stage.begin(CONTEXT) as uow:
            product = await uow.lock_product(sku)
            uow.save(product, product.adjust_stock(1, "delivery"))
            uow.save(None, creation(order_id))
        assert (await product_of(stage.begin, sku)).on_hand == 5
        assert await stage.log(order_id) == []
        assert len(await stage.log(sku)) == 2

    async def test_an_error_before_the_commit_leaves_nothing_and_lets_go_of_the_locks(self, stage: Stage) -> None:
        sku = await stocked(stage.begin, 5)
        with pytest.raises(RuntimeError, match="on the way"):
            await _fail_with_a_lock(stage, sku)
        async with asyncio.timeout(5), stage.begin(CONTEXT) as uow:
            assert (await uow.lock_product(sku)).on_hand == 5

    async def test_without_an_event_nothing_is_written(self, stage: Stage) -> None:
        sku = await stocked(stage.begin, 5)
        order = await drafted(stage.begin, sku)
        async with stage.begin(CONTEXT) as uow:
            assert uow.save(await uow.order(order.order_id), ()) == order
            product = await uow.lock_product(sku)
            assert uow.save(product, ()) == product
            await uow.commit()
        assert len(await stage.log(order.order_id, sku)) == 3

    async def test_a_new_aggregate_begins_with_an_event(self, stage: Stage) -> None:
        async with stage.begin(CONTEXT) as uow:
            with pytest.raises(ValueError, match="begins with an event"):
                uow.save(None, ())

    async def test_the_events_of_one_command_are_committed_together(self, stage: Stage) -> None:
        sku = await stocked(stage.begin, 5)
        order = await drafted(stage.begin, sku)
        await confirmed(stage.begin, order.order_id)
        parcel = ShipmentId(new_order_id())
        await _ship_one(stage, order.order_id, sku, parcel)
        async with stage.begin(CONTEXT) as uow:
            order = await uow.order(order.order_id)
            order = uow.save(order, order.deliver(parcel))
            await uow.commit()
        assert order.status is OrderStatus.COMPLETED
        together: dict[int, set[str]] = {}
        for event in await stage.log(order.order_id, sku):
            together.setdefault(event.transaction, set()).add(type(event.data).__name__)
        assert list(together.values()) == [
            {"ProductListed"},
            {"StockAdjusted"},
            {"OrderCreated"},
            {"OrderConfirmed", "StockReserved"},
            {"OrderShipped", "StockShipped"},
            {"ShipmentDelivered", "OrderCompleted"},
        ]


async def _fail_with_a_lock(stage: Stage, sku: Sku) -> None:
    async with stage.begin(CONTEXT) as uow:
        product = await uow.lock_product(sku)
        uow.save(product, product.adjust_stock(1, "delivery"))
        raise RuntimeError("on the way")


async def _ship_one(stage: Stage, order_id: OrderId, sku: Sku, parcel: ShipmentId) -> None:
    async with stage.begin(CONTEXT) as uow:
        order = await uow.order(order_id)
        events = order.ship(parcel, [ItemQuantity(sku, 1)], None, None)
        products = await uow.lock_products([sku])
        uow.save(products[sku], stock.take_off_hand(products, order_id, {sku: 1})[sku])
        uow.save(order, events)
        await uow.commit()
