"""The HTTP application: every route under both prefixes, the documentation, the probes."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from pydantic.json_schema import models_json_schema
from starlette.routing import Route
from starlette.types import ASGIApp

from query_api.application.bus import QueryBus
from query_api.entrypoints.addresses import API, BY_PATH
from query_api.entrypoints.commands import CommandEndpoints
from query_api.entrypoints.docs_routes import docs_routes
from query_api.entrypoints.edge import Edge
from query_api.entrypoints.events import EventEndpoints
from query_api.entrypoints.metrics import RequestMetrics, WaitMetrics
from query_api.entrypoints.open_streams import OpenStreams, StreamLimits
from query_api.entrypoints.orders import OrderEndpoints
from query_api.entrypoints.page_tokens import PageTokens
from query_api.entrypoints.probes import Readiness, probe_routes
from query_api.entrypoints.products import ProductEndpoints
from query_api.entrypoints.projections import ProjectionEndpoints
from query_api.entrypoints.read_route import Operation, route_of, with_examples
from query_api.entrypoints.reading import Reader
from query_api.entrypoints.schemas import CommandEvent, OrderEvent, Problem
from query_api.entrypoints.sums import SumEndpoints

_DESCRIPTION: Final = """
Questions about orders, products and sales, and about commands that were accepted for later. Nothing here changes
anything; HEAD answers wherever GET does.

**How fresh answers are.** Reads lag writes by milliseconds. Whoever must see an own write sends the
`Consistency-Token` of the command's answer back on any GET. The service then waits until the read model has that
version: 2 seconds, or as long as `Prefer: wait=<seconds>` says (10 at most). When time runs out it answers
503 `read_model_behind` with `Retry-After`; with `Prefer: handling=lenient` it answers with the old state and
`Consistency-Achieved: false`. What a token vouches for is never answered 404. What could not be applied to the read
model is told as 503 `read_model_parked`, without further waiting.

**Streams.** `GET .../events` goes on telling of an order or a command, as Server-Sent Events.

**Pages** hold 1 to 100 items (20 unless told). `next_page_token`, and the same as `Link: <...>; rel="next"`, leads
to the next one; it fits only the filters it was made for.

**Errors** are `application/problem+json` (RFC 9457) with a stable `code`; `type` leads to what it means and what to
do. Moments are RFC 3339 in UTC.
Money is an integer of the currency's minor units.
"""


class Application(FastAPI):
    """FastAPI with one layer around the router instead of its stack of middlewares."""

    def __init__(
        self, operations: Sequence[Operation], metrics: RequestMetrics, streams: OpenStreams, probes: Sequence[Route]
    ) -> None:
        self.streams = streams
        self._metrics = metrics
        super().__init__(
            title="Order queries",
            version="1",
            description=_DESCRIPTION,
            docs_url=None,
            redoc_url=None,
            openapi_url=None,
            redirect_slashes=False,
        )
        for prefix in (API, BY_PATH):
            self.router.routes.extend(route_of(one, prefix, documented=prefix == API) for one in operations)
        self.router.routes.extend([*probes, *docs_routes(self.openapi)])

    def build_middleware_stack(self) -> ASGIApp:
        return Edge(self.router, self._metrics)

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, with an example of each answer, and the schemas that no route names."""
        if self.openapi_schema is None:
            document = super().openapi()
            _, more = models_json_schema(
                [(Problem, "serialization"), (OrderEvent, "serialization"), (CommandEvent, "serialization")],
                ref_template="#/components/schemas/{model}",
            )
            document["components"]["schemas"].update(more["$defs"])
            with_examples(document)
        return super().openapi()


_LIMITS: Final = StreamLimits()


def create_app(
    bus: QueryBus,
    registry: CollectorRegistry,
    readiness: Readiness,
    waiting: Callable[[], int],
    page_token_secret: str,
    *,
    limits: StreamLimits = _LIMITS,
) -> Application:
    """The application that asks `bus`, counts in `registry` and is as ready as `readiness` says.

    `waiting` tells how many reads wait for a version; `page_token_secret` signs page tokens; `limits` are those of
    event streams.
    """
    streams = OpenStreams(limits, registry)
    reader = Reader(bus, WaitMetrics(registry, waiting))
    tokens = PageTokens(page_token_secret)
    operations = [
        *OrderEndpoints(reader, tokens).operations(),
        *ProductEndpoints(reader, tokens).operations(),
        *CommandEndpoints(reader).operations(),
        *SumEndpoints(reader).operations(),
        *EventEndpoints(reader, streams).operations(),
        *ProjectionEndpoints(reader).operations(),
    ]
    return Application(operations, RequestMetrics(registry), streams, probe_routes(readiness, registry))
