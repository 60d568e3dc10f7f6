"""What every unit of work of the write side promises about units that lie elsewhere."""

from typing import Protocol

import pytest

from command_api.application.errors import VersionConflict
from command_api.application.ports import BeginUnitOfWork, Move, StockMove
from orders_domain.order import Order
from orders_domain.values import Sku
from tests.suites.command_examples import CONTEXT, drafted, order_of

UNITS = {Sku("CUP"): 2, Sku("POT"): 1}


class InventoryStage(Protocol):
    """Units of work, and what they leave for an inventory elsewhere."""

    begin: BeginUnitOfWork

    async def reserved(self, order: Order) -> int:
        """The number of a reservation of UNITS that nobody has kept or given up yet."""
        ...

    async def give_up(self, reservation: int) -> None:
        """Let it be undone."""
        ...

    async def told(self, order: Order) -> list[StockMove]:
        """What is to be told of the order, oldest first."""
        ...


class Otherwise:
    """Counts how often something was given back."""

    def __init__(self) -> None:
        self.times = 0

    async def __call__(self) -> None:
        self.times += 1


class InventoryPromises:
    """Subclasses bring a fixture `elsewhere`."""

    async def test_what_is_to_be_told_is_there_with_what_was_saved(self, elsewhere: InventoryStage) -> None:
        order = await drafted(elsewhere.begin)
        moves = [
            StockMove(move=move, order_id=order.order_id, version=order.version, units=UNITS)
            for move in (Move.SHIP, Move.RELEASE)
        ]
        async with elsewhere.begin(CONTEXT) as uow:
            loaded = await uow.order(order.order_id)
            for move in moves:
                uow.tell_inventory(move)
            uow.save(loaded, loaded.discard())
            assert await elsewhere.told(order) == []
            await uow.commit()
        assert await elsewhere.told(order) == moves

    async def test_of_what_was_not_saved_nothing_is_told(self, elsewhere: InventoryStage) -> None:
        order = await drafted(elsewhere.begin)
        async with elsewhere.begin(CONTEXT) as uow:
            loaded = await uow.order(order.order_id)
            move = StockMove(move=Move.SHIP, order_id=order.order_id, version=order.version, units=UNITS)
            uow.tell_inventory(move)
            uow.save(loaded, loaded.discard())
            async with elsewhere.begin(CONTEXT) as rival:
                rival.save(loaded, loaded.discard())
                await rival.commit()
            with pytest.raises(VersionConflict):
                await uow.commit()
        assert await elsewhere.told(order) == []

    async def test_a_reservation_that_is_kept_is_not_given_back(self, elsewhere: InventoryStage) -> None:
        order, otherwise = await drafted(elsewhere.begin), Otherwise()
        async with elsewhere.begin(CONTEXT) as uow:
            loaded = await uow.order(order.order_id)
            uow.keep(await elsewhere.reserved(order), otherwise)
            uow.save(loaded, loaded.discard())
            await uow.commit()
        assert otherwise.times == 0

    async def test_a_reservation_is_given_back_where_the_work_ends_by_an_exception(
        self, elsewhere: InventoryStage
    ) -> None:
        order, otherwise = await drafted(elsewhere.begin), Otherwise()
        with pytest.raises(ZeroDivisionError):
            await self._keep_and_fail(elsewhere, await elsewhere.reserved(order), otherwise)
        assert otherwise.times == 1

    async def test_an_order_is_not_saved_on_a_reservation_that_was_given_up(self, elsewhere: InventoryStage) -> None:
        order, otherwise = await drafted(elsewhere.begin), Otherwise()
        reservation = await elsewhere.reserved(order)
        with pytest.raises(VersionConflict):
            await self._keep_what_is_given_up(elsewhere, order, reservation, otherwise)
        assert (await order_of(elsewhere.begin, order.order_id)).version == order.version
        assert otherwise.times == 1

    @staticmethod
    async def _keep_and_fail(elsewhere: InventoryStage, reservation: int, otherwise: Otherwise) -> None:
        async with elsewhere.begin(CONTEXT) as uow:
            uow.keep(reservation, otherwise)
            raise ZeroDivisionError

    @staticmethod
    async def _keep_what_is_given_up(
        elsewhere: InventoryStage, order: Order, reservation: int, otherwise: Otherwise
    ) -> None:
        async with elsewhere.begin(CONTEXT) as uow:
            loaded = await uow.order(order.order_id)
            uow.keep(reservation, otherwise)
            uow.save(loaded, loaded.discard())
            await elsewhere.give_up(reservation)
            await uow.commit()
