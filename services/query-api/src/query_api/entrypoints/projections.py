"""The question how far the answers to all other questions are behind."""

import orjson
from starlette.requests import Request
from starlette.responses import Response

from query_api.application.queries.projections import GetProjections
from query_api.application.views import ProjectionProgress
from query_api.entrypoints import schemas
from query_api.entrypoints.parameters import query_values
from query_api.entrypoints.questions import FRESH_PROBLEMS, FRESHNESS
from query_api.entrypoints.read_route import Operation
from query_api.entrypoints.reading import Reader
from query_api.entrypoints.responses import Stored


class ProjectionEndpoints:
    """Answers one path."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def get_projections(self, request: Request) -> Response:
        query_values(request.scope)
        read = await self._reader.read(request.scope, GetProjections())
        return Stored(_body(read.result), achieved=read.achieved)

    def operations(self) -> list[Operation]:
        """What this endpoint answers."""
        return [
            Operation(
                "/projections",
                self.get_projections,
                schemas.Projection,
                "Operations",
                "How fresh the answers are",
                "For each partition of the log: the last event applied and the last that is known to exist.",
                FRESHNESS,
                FRESH_PROBLEMS,
            )
        ]


def _body(progress: ProjectionProgress) -> bytes:
    return orjson.dumps(
        {
            "projection": progress.projection,
            "epoch": progress.epoch,
            "partitions": [
                {
                    "partition": one.partition,
                    "sequence": one.sequence,
                    "head": one.head,
                    "events_behind": one.events_behind,
                    "parked": one.parked,
                }
                for one in progress.partitions
            ],
            "seconds_behind": progress.seconds_behind,
            "parked": progress.parked,
        }
    )
