"""How far the projection is, out of the tables in which the projector notes it."""

from typing import Final

from sqlalchemy import Double, cast, column, func, select, table

from query_api.adapters.postgres.database import ReadDatabase
from query_api.adapters.postgres.statements import sql
from query_api.adapters.postgres.tables import projection_checkpoint, projection_heads
from query_api.application.views import PartitionProgress, ProjectionProgress

_live: Final = table("generation", column("name"))

_PROGRESS: Final = sql(
    select(
        _live.c.name,
        projection_heads.c.epoch,
        projection_heads.c.sequences,
        cast(func.extract("epoch", func.clock_timestamp() - projection_heads.c.applied_at), Double),
        projection_checkpoint.c.epoch,
        projection_checkpoint.c.partition,
        projection_checkpoint.c.sequence,
        projection_checkpoint.c.parked,
    )
    .select_from(_live)
    .outerjoin(projection_heads, projection_heads.c.projection == _live.c.name)
    .outerjoin(projection_checkpoint, projection_checkpoint.c.projection == _live.c.name)
)


class PostgresProjections:
    """The port Projections on the read database; a projection has the name of its generation, which is the live one."""

    def __init__(self, database: ReadDatabase) -> None:
        self._database = database

    async def progress(self) -> ProjectionProgress:
        rows = await self._database.rows(_PROGRESS)
        projection, heads_epoch, heads, behind = rows[0][:4]
        epoch = heads_epoch if heads_epoch is not None else max((row[4] for row in rows if row[4]), default=None)
        current = [row[5:] for row in rows if row[4] is not None and row[4] == epoch]
        applied = {partition: sequence for partition, sequence, _ in current}
        parked = {partition: events for partition, _, events in current}
        heads_of = dict(enumerate(heads or ()))
        partitions = [
            PartitionProgress(partition, applied.get(partition, 0), heads_of.get(partition), parked.get(partition, 0))
            for partition in sorted({*applied, *heads_of})
        ]
        seconds = None if behind is None else max(0.0, round(behind, 3))
        return ProjectionProgress(projection, epoch, partitions, seconds)
