"""Reading one's own writes: a question that is answered only when the read model has the version one knows of."""

import asyncio
from dataclasses import dataclass
from typing import Any, Final, Generic, NamedTuple, TypeVar, assert_never
from uuid import UUID

from orders_contracts.consistency import ConsistencyToken
from query_api.application.bus import Query, QueryBus
from query_api.application.errors import AggregateNotFound, ReadModelBehind, ReadModelParked
from query_api.application.ports import Sources
from query_api.application.queries.get_command import GetCommand
from query_api.application.queries.get_order import GetOrder
from query_api.application.queries.get_product import GetProduct
from query_api.application.views import CommandId, Document, OrderId, Sku
from query_api.application.waiting_room import Place, WaitingRoom

R = TypeVar("R")

SUSPICION_SECONDS: Final = 0.25
"""What has not arrived after so long may never do: it is asked whether it is parked. Most arrives in milliseconds."""


@dataclass(frozen=True, slots=True)
class Answer(Generic[R]):
    """A result; whether it has the version asked for; for how many seconds it was waited for (0: it was there)."""

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


class _Found(NamedTuple):
    """What a wait came to: the document as it is then; whether the version wanted is parked; seconds of waiting."""

    document: Document | None
    parked: bool
    waited: float


class AsOfHandler:
    """Never answers that an aggregate is unknown while a token vouches for it."""

    def __init__(self, bus: QueryBus, sources: Sources, room: WaitingRoom) -> None:
        self._bus = bus
        self._sources = sources
        self._room = room

    async def __call__(self, query: AsOf[Any]) -> Answer[Any]:
        """Raises ReadModelBehind, ReadModelParked, and whatever the inner query raises."""
        document, parked, waited = await self._wait(query.token, query.patience)
        achieved = document is not None and document.version >= query.token.version
        missing = (ReadModelParked if parked else ReadModelBehind)(*query.token)
        if not achieved and not query.lenient:
            raise missing
        if document is not None and query.query == _question_about(query.token):
            return Answer(document, achieved, waited)
        try:
            return Answer(await self._bus.dispatch(query.query), achieved, waited)
        except AggregateNotFound as error:
            if (error.aggregate_type, error.aggregate_id) == query.token[:2]:
                raise missing from error
            raise

    async def _wait(self, token: ConsistencyToken, patience: float) -> _Found:
        """The aggregate's document: with the version wanted, or as it is when patience, room or process end.

        It is not waited for what is parked.
        """
        now = asyncio.get_running_loop().time
        started = now()
        ends = started + (patience if self._room.open else 0)
        suspected = started + SUSPICION_SECONDS
        with self._room.place(token) as place:
            document = await self._look(place, token)
            if document is not None and document.version >= token.version:
                return _Found(document, parked=False, waited=0)
            while now() < ends and not self._room.closed:
                called = await place.called_within(max(0, min(ends, suspected) - now()))
                document = await self._look(place, token) if called or now() >= ends else document
                if document is not None and document.version >= token.version:
                    return _Found(document, parked=False, waited=now() - started)
                if suspected <= now() < ends:
                    suspected = ends
                    if await self._sources.parked.holds(token):
                        return _Found(document, parked=True, waited=now() - started)
            return _Found(document, await self._sources.parked.holds(token), now() - started)

    async def _look(self, place: Place, token: ConsistencyToken) -> Document | None:
        # The other way round, a call between looking and forgetting would be lost and the read would wait in vain.
        place.listen_anew()
        match token.aggregate_type:
            case "order":
                return await self._sources.orders.order(OrderId(UUID(token.aggregate_id)))
            case "product":
                return await self._sources.products.product(Sku(token.aggregate_id))
            case "command":
                return await self._sources.commands.command(CommandId(UUID(token.aggregate_id)))
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
