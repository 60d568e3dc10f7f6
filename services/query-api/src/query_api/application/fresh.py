"""Reading one's own writes: a question that is answered only when the read model has the version one knows of."""

import asyncio
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, assert_never
from uuid import UUID

from orders_contracts.consistency import ConsistencyToken
from query_api.application.bus import Query, QueryBus
from query_api.application.errors import AggregateNotFound, ReadModelBehind
from query_api.application.ports import CommandViews, OrderViews, ProductViews
from query_api.application.queries.get_command import GetCommand
from query_api.application.queries.get_order import GetOrder
from query_api.application.queries.get_product import GetProduct
from query_api.application.views import CommandId, Document, OrderId, Sku
from query_api.application.waiting_room import Place, WaitingRoom

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Answer(Generic[R]):
    """A result; whether it has the version asked for; for how many seconds it was waited for."""

    result: R
    achieved: bool
    waited: float


@dataclass(frozen=True, slots=True)
class AsOf(Query[Answer[R]], Generic[R]):
    """`query`, answered from a state that has the version in `token`.

    Waits up to `patience` seconds for it. Then, if `lenient`, the old state is the answer.
    """

    query: Query[R]
    token: ConsistencyToken
    patience: float
    lenient: bool


class AsOfHandler:
    """Never answers that an aggregate is unknown while a token vouches for it."""

    def __init__(
        self, bus: QueryBus, orders: OrderViews, products: ProductViews, commands: CommandViews, room: WaitingRoom
    ) -> None:
        self._bus = bus
        self._commands = commands
        self._orders = orders
        self._products = products
        self._room = room

    async def __call__(self, query: AsOf[Any]) -> Answer[Any]:
        """Raises ReadModelBehind, and whatever the inner query raises."""
        started = asyncio.get_running_loop().time()
        document = await self._wait(query.token, query.patience)
        waited = asyncio.get_running_loop().time() - started
        achieved = document is not None and document.version >= query.token.version
        if not achieved and not query.lenient:
            raise ReadModelBehind(*query.token)
        if document is not None and query.query == _question_about(query.token):
            return Answer(document, achieved, waited)
        try:
            return Answer(await self._bus.dispatch(query.query), achieved, waited)
        except AggregateNotFound as error:
            if (error.aggregate_type, error.aggregate_id) == query.token[:2]:
                raise ReadModelBehind(*query.token) from error
            raise

    async def _wait(self, token: ConsistencyToken, patience: float) -> Document | None:
        """The aggregate's document: with the version wanted, or as it is when patience, room or process end."""
        deadline = asyncio.get_running_loop().time() + (patience if self._room.open else 0)
        with self._room.place(token) as place:
            while True:
                document = await self._look(place, token)
                if document is not None and document.version >= token.version:
                    return document
                left = deadline - asyncio.get_running_loop().time()
                if left <= 0 or self._room.closed:
                    return document
                if not await place.called_within(left):
                    return await self._look(place, token)

    async def _look(self, place: Place, token: ConsistencyToken) -> Document | None:
        # The other way round, a call between looking and forgetting would be lost and the read would wait in vain.
        place.listen_anew()
        match token.aggregate_type:
            case "order":
                return await self._orders.order(OrderId(UUID(token.aggregate_id)))
            case "product":
                return await self._products.product(Sku(token.aggregate_id))
            case "command":
                return await self._commands.command(CommandId(UUID(token.aggregate_id)))
            case _:
                assert_never(token.aggregate_type)


def _question_about(token: ConsistencyToken) -> Query[Document]:
    """The question whose answer is the very document that was waited for."""
    match token.aggregate_type:
        case "order":
            return GetOrder(OrderId(UUID(token.aggregate_id)))
        case "product":
            return GetProduct(Sku(token.aggregate_id))
        case "command":
            return GetCommand(CommandId(UUID(token.aggregate_id)))
        case _:
            assert_never(token.aggregate_type)
