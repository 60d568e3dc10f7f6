"""How far the read models are behind the log."""

from dataclasses import dataclass

from query_api.application.bus import Query
from query_api.application.ports import Projections
from query_api.application.views import ProjectionProgress


@dataclass(frozen=True, slots=True)
class GetProjections(Query[ProjectionProgress]):
    pass


class GetProjectionsHandler:
    def __init__(self, projections: Projections) -> None:
        self._projections = projections

    async def __call__(self, _query: GetProjections) -> ProjectionProgress:
        return await self._projections.progress()
