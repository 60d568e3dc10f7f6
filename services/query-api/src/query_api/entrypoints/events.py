"""What happens to an order or to a command, told as it comes."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from query_api.application.bus import Query
from query_api.application.following import Following
from query_api.application.queries.follow_command import FollowCommand
from query_api.application.queries.follow_order import FollowOrder
from query_api.entrypoints import schemas
from query_api.entrypoints.edge import HEADERS_ONLY
from query_api.entrypoints.event_stream import EventStream
from query_api.entrypoints.open_streams import OpenStreams
from query_api.entrypoints.parameters import path_value, query_values
from query_api.entrypoints.questions import COMMAND_ID, FRESH_PROBLEMS, FRESHNESS, LAST_EVENT_ID, ORDER_ID
from query_api.entrypoints.read_route import Link, Operation
from query_api.entrypoints.reading import Reader, header_value
from query_api.entrypoints.responses import NOT_ACHIEVED

_STREAM: Final = (
    "A stream of Server-Sent Events. Comments come in between, so that both ends notice a connection that is lost. "
    "Whoever does not read for some seconds is cut off, and every stream ends after some time: come back with the "
    "`id` of the last event as `Last-Event-ID`, as browsers do by themselves, and nothing is missed."
)


class EventEndpoints:
    """Each method answers one path."""

    def __init__(self, reader: Reader, streams: OpenStreams) -> None:
        self._reader = reader
        self._streams = streams

    async def order_events(self, request: Request) -> Response:
        scope = request.scope
        query_values(scope)
        return await self._stream(scope, FollowOrder(path_value(scope, ORDER_ID), header_value(scope, LAST_EVENT_ID)))

    async def command_events(self, request: Request) -> Response:
        scope = request.scope
        query_values(scope)
        return await self._stream(
            scope, FollowCommand(path_value(scope, COMMAND_ID), header_value(scope, LAST_EVENT_ID))
        )

    async def _stream(self, scope: Scope, query: Query[Following]) -> Response:
        read = await self._reader.read(scope, query)
        if read.result.complete:
            return Response(status_code=204, headers={"Cache-Control": "no-store"})
        headers = () if read.achieved else (NOT_ACHIEVED,)
        return EventStream(read.result, self._streams, headers, headers_only=HEADERS_ONLY in scope)

    def operations(self) -> list[Operation]:
        """What these endpoints answer."""
        return [
            Operation(
                "/orders/{order_id}/events",
                self.order_events,
                schemas.OrderEvent,
                "Orders",
                "An order's events as they come",
                f"`id` is the order's version, `data` one entry of its history. {_STREAM}",
                (ORDER_ID, LAST_EVENT_ID, *FRESHNESS),
                (*FRESH_PROBLEMS, "order_not_found"),
                (Link("get_order", {"order_id": "$request.path.order_id"}, "The order as it is now."),),
                streamed=True,
            ),
            Operation(
                "/commands/{command_id}/events",
                self.command_events,
                schemas.CommandEvent,
                "Commands",
                "What becomes of a command, as it comes",
                "`id` is 1 while the command is accepted and 2 when it has ended, `data` what `GET` of the command "
                f"answers then. The stream ends with it. {_STREAM}",
                (COMMAND_ID, LAST_EVENT_ID, *FRESHNESS),
                (*FRESH_PROBLEMS, "command_not_found"),
                (Link("get_command", {"command_id": "$request.path.command_id"}, "What became of it, alone."),),
                streamed=True,
                ending="The client knows already how it ended: do not come back.",
            ),
        ]
