"""Whether a version that does not come is parked. Asked seldom: only about what has been waited for."""

from typing import Final

from sqlalchemy import BigInteger, Text, bindparam, column, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from orders_contracts.consistency import ConsistencyToken
from query_api.adapters.postgres.coalescing import Coalescer
from query_api.adapters.postgres.database import LOOKUP_SECONDS, ReadDatabase
from query_api.adapters.postgres.statements import sql
from query_api.adapters.postgres.tables import parked_event, projection_checkpoint

_asked: Final = (
    func.unnest(
        bindparam("types", type_=ARRAY(Text)),
        bindparam("ids", type_=ARRAY(Text)),
        bindparam("versions", type_=ARRAY(BigInteger)),
    )
    .table_valued(column("type", Text), column("id", Text), column("version", BigInteger), name="asked")
    .render_derived()
)
# By way of the partitions that have parked anything: mostly there are none, and the index begins with them.
_HELD: Final = sql(
    select(_asked.c.type, _asked.c.id, _asked.c.version)
    .distinct()
    .select_from(projection_checkpoint)
    .join(
        parked_event,
        (parked_event.c.projection == projection_checkpoint.c.projection)
        & (parked_event.c.partition == projection_checkpoint.c.partition),
    )
    .join(_asked, (parked_event.c.aggregate_type == _asked.c.type) & (parked_event.c.aggregate_id == _asked.c.id))
    .where(
        projection_checkpoint.c.parked > literal_column("0"),
        or_(parked_event.c.version.is_(None), parked_event.c.version <= _asked.c.version),
    )
)


class PostgresParkedAggregates:
    """The port ParkedAggregates on the read database."""

    def __init__(self, database: ReadDatabase) -> None:
        self._database = database
        self._by_token = Coalescer(self._held)

    async def holds(self, token: ConsistencyToken) -> bool:
        return await self._by_token.load(token) is not None

    async def _held(self, tokens: list[ConsistencyToken]) -> dict[ConsistencyToken, bool]:
        types, ids, versions = map(list, zip(*tokens, strict=True))
        rows = await self._database.rows(_HELD, {"types": types, "ids": ids, "versions": versions}, LOOKUP_SECONDS)
        return {ConsistencyToken(*row): True for row in rows}
