"""Orders and products as they are stored, looked up for many requests with one statement."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import msgspec
from psycopg.rows import TupleRow

from command_api.adapters.postgres.coalescing import Coalescer
from command_api.adapters.postgres.pool import Database
from command_api.adapters.postgres.statements import LOOK_UP
from orders_domain.order import Order
from orders_domain.product import Product
from orders_domain.values import MAX_STOCK, OrderId, Sku

_decoder: Final = msgspec.json.Decoder(Order)


class Wanted(NamedTuple):
    """What one request asks for."""

    order_id: OrderId | None
    skus: Collection[Sku]


class Found(NamedTuple):
    """The order, None where there is none, and those of the products that exist."""

    order: Order | None
    products: Mapping[Sku, Product]


class Lookup:
    """One statement for all who ask while another one is under way."""

    def __init__(self, database: Database, *, stock_elsewhere: bool = False) -> None:
        """With `stock_elsewhere` there is enough of every product; reserving tells whether there really is."""
        self._database = database
        self._read = _of_which_there_is_enough if stock_elsewhere else read_product
        self._ask = Coalescer(self._look_up, lanes=1, most=128)

    async def __call__(self, wanted: Wanted) -> Found:
        """What there is of `wanted`, without a lock. Raises Unavailable."""
        return await self._ask(wanted)

    async def _look_up(self, batch: Sequence[Wanted]) -> Sequence[Found]:
        rows = await self._database.fetch(
            LOOK_UP,
            {
                "order_ids": list({wanted.order_id for wanted in batch if wanted.order_id is not None}),
                "skus": list({sku for wanted in batch for sku in wanted.skus}),
            },
        )
        states = [row[-1] for row in rows]
        orders = {order.order_id: order for state in states if state is not None for order in [_decoder.decode(state)]}
        products = {product.sku: product for row in rows if row[-1] is None for product in [self._read(row)]}
        return [_found(wanted, orders, products) for wanted in batch]


def read_product(row: TupleRow) -> Product:
    """A product from a row of LOOK_UP or LOCK_PRODUCTS."""
    sku, version, name, unit_price_cents, currency, listed, on_hand, reserved = row[:8]
    return Product(
        sku=sku,
        version=version,
        name=name,
        unit_price_cents=unit_price_cents,
        currency=currency,
        listed=listed,
        on_hand=on_hand,
        reserved=reserved,
    )


def _of_which_there_is_enough(row: TupleRow) -> Product:
    return replace(read_product(row), on_hand=MAX_STOCK, reserved=0)


def _found(wanted: Wanted, orders: Mapping[OrderId, Order], products: Mapping[Sku, Product]) -> Found:
    return Found(
        order=None if wanted.order_id is None else orders.get(wanted.order_id),
        products={sku: products[sku] for sku in wanted.skus if sku in products},
    )
