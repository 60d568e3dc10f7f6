"""Whether the read database is there and has the tables that this code needs."""

from collections.abc import Callable
from typing import Final

from query_api.adapters.postgres.database import ReadDatabase
from query_api.application.errors import Unavailable

_VERSION_TABLE: Final = (
    "SELECT to_regclass('public.alembic_version') IS NOT NULL, to_regclass('order_view') IS NOT NULL"
)
_VERSION: Final = "SELECT version_num FROM public.alembic_version"


class Schema:
    """What readiness asks of the database."""

    def __init__(self, database: ReadDatabase, is_current: Callable[[str | None], bool]) -> None:
        """`is_current` tells whether a revision (None: not migrated at all) has all that this code needs."""
        self._database = database
        self._is_current = is_current

    async def reasons(self) -> list[str]:
        """Why no question can be answered; empty when all is well."""
        try:
            migrated, generation = (await self._database.rows(_VERSION_TABLE))[0]
            versions = await self._database.rows(_VERSION) if migrated else []
        except Unavailable as error:
            return [str(error)]
        if not self._is_current(versions[0][0] if versions else None):
            return ["The read database is not migrated to what this version needs."]
        return [] if generation else ["No generation of read models is live."]
