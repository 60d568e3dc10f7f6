"""The use cases of products, on a unit of work in memory."""

import pytest

from command_api.application.commands.adjust_stock import AdjustStock
from command_api.application.commands.list_product import ListProduct
from command_api.application.errors import StaleVersion
from command_api.composition import command_bus
from orders_contracts.consistency import ConsistencyToken
from orders_domain.errors import CurrencyMismatch, ProductNotFound, StockBelowReserved
from orders_domain.values import Currency, Sku
from tests.fakes.command_unit_of_work import InMemoryUnitsOfWork
from tests.suites.command_examples import CONTEXT, EUR, insisting, new_sku, stocked


def listing(sku: Sku, price: int = 250, currency: Currency = EUR) -> ListProduct:
    return ListProduct(sku=sku, name="Cup", unit_price_cents=price, currency=currency)


async def test_listing_is_new_once_then_a_change_then_silent() -> None:
    units, sku = InMemoryUnitsOfWork(), new_sku()
    bus = command_bus(units.begin, EUR)
    ends = [await bus.dispatch(listing(sku, price), CONTEXT) for price in (250, 300, 300)]
    assert [(end.is_new, end.written) for end in ends] == [
        (True, ConsistencyToken("product", sku, 1)),
        (False, ConsistencyToken("product", sku, 2)),
        (False, ConsistencyToken("product", sku, 2)),
    ]
    assert [type(event.data).__name__ for event in units.events] == ["ProductListed", "ProductChanged"]


async def test_listing_in_another_currency_is_refused() -> None:
    units, sku = InMemoryUnitsOfWork(), new_sku()
    bus = command_bus(units.begin, EUR)
    await bus.dispatch(listing(sku), CONTEXT)
    with pytest.raises(CurrencyMismatch):
        await bus.dispatch(listing(sku, currency=Currency("JPY")), CONTEXT)
    assert units.commits == 1


async def test_adjusting_moves_the_stock_and_zero_is_silent() -> None:
    units = InMemoryUnitsOfWork()
    bus, sku = command_bus(units.begin, EUR), await stocked(units.begin, 5)
    versions = [
        (await bus.dispatch(AdjustStock(sku=sku, delta=delta, reason="counted"), CONTEXT)).written.version
        for delta in (-2, 0, 4)
    ]
    assert versions == [3, 3, 4]
    assert units.products[sku].on_hand == 7


async def test_adjusting_is_refused_below_nothing_and_for_nobodys_product() -> None:
    units = InMemoryUnitsOfWork()
    bus, sku = command_bus(units.begin, EUR), await stocked(units.begin, 5)
    with pytest.raises(StockBelowReserved):
        await bus.dispatch(AdjustStock(sku=sku, delta=-6, reason="lost"), CONTEXT)
    with pytest.raises(ProductNotFound):
        await bus.dispatch(AdjustStock(sku=new_sku(), delta=1, reason="found"), CONTEXT)
    assert units.products[sku].on_hand == 5


async def test_a_version_that_is_insisted_on_is_looked_at_after_existence() -> None:
    units = InMemoryUnitsOfWork()
    bus, sku = command_bus(units.begin, EUR), await stocked(units.begin, 5)
    with pytest.raises(ProductNotFound):
        await bus.dispatch(AdjustStock(sku=new_sku(), delta=1, reason="found"), insisting(1))
    for command in (AdjustStock(sku=sku, delta=1, reason="found"), listing(sku), listing(new_sku())):
        with pytest.raises(StaleVersion):
            await bus.dispatch(command, insisting(1))
