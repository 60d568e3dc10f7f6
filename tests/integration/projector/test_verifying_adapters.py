"""The ports of a verification on a real Postgres."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import psycopg
import pytest
from psycopg import sql

from projector.adapters.postgres_live_models import PostgresLiveModels
from projector.adapters.postgres_scratch import PostgresScratch
from projector.application.ports import ReadStore
from projector.application.projections.catalogue import READ_MODELS
from projector.application.projections.read_model import ReadModel
from projector.application.verifying_ports import Texts
from tests.contract.databases.logins import as_member
from tests.integration.projector.conftest import GROUP, RealStoreWorld
from tests.suites.projector_verifying import LiveModelsSuite, LiveModelsWorld, ScratchSuite, ScratchWorld


class RealScratchWorld:
    """Scratches beside the read models of generation 1."""

    def __init__(self, world: RealStoreWorld, stack: AsyncExitStack) -> None:
        self._world = world
        self._stack = stack

    async def scratch(self) -> PostgresScratch:
        scratch = PostgresScratch(as_member(self._world.url, "orders_projector"), GROUP, f"{GROUP}-verify")
        self._stack.push_async_callback(scratch.close)
        await scratch.prepare()
        return scratch

    async def stored(self) -> int:
        counts = [await self._world.rows(f"SELECT count(*) FROM {model.table}") for model in READ_MODELS]
        return sum(int(str(count)) for ((count,),) in counts)


class RealLiveWorld:
    """The read models of generation 1, and a back door."""

    def __init__(self, world: RealStoreWorld, live: PostgresLiveModels) -> None:
        self._world = world
        self.store: ReadStore = world.store
        self.live = live

    async def put(self, model: ReadModel[Any], texts: Texts) -> None:
        columns = sql.SQL(", ").join(sql.Identifier(column.name) for column in model.columns)
        values = sql.SQL(", ").join(map(sql.Literal, texts))
        table = sql.Identifier(GROUP, model.table)
        async with await psycopg.AsyncConnection.connect(self._world.url, autocommit=True) as connection:
            await connection.execute(sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(table, columns, values))


class TestPostgresScratch(ScratchSuite):
    @pytest.fixture
    async def world(self, store_world: RealStoreWorld) -> AsyncIterator[ScratchWorld]:
        async with AsyncExitStack() as stack:
            yield RealScratchWorld(store_world, stack)


class TestPostgresLiveModels(LiveModelsSuite):
    @pytest.fixture
    async def world(self, store_world: RealStoreWorld) -> AsyncIterator[LiveModelsWorld]:
        # The owner: a projector may not take rows away.
        live = PostgresLiveModels(store_world.url, GROUP)
        yield RealLiveWorld(store_world, live)
        await live.close()
