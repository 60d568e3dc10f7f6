"""The port Generations on a real read database."""

from collections.abc import Iterator

import pytest

from query_api.adapters.postgres.generations.connection import Owner
from query_api.adapters.postgres.generations.postgres_generations import PostgresGenerations
from query_api.application.generations.ports import Blueprint
from query_api.migrations.generations import bare_generation
from query_api.migrations.live import READ_MODELS, live_views
from query_api.migrations.order_lists import indexes_of, kept_of
from query_api.migrations.revisions import newest
from query_api.migrations.run import LOCK
from tests.integration.query_api.generations.world import World, late
from tests.suites.query_generations import GenerationsSuite, GenerationsWorld
from tests.suites.query_rows import OrderRow


class RealGenerationsWorld:
    """The adapter under test, and the back door of the database."""

    def __init__(self, world: World, generations: PostgresGenerations) -> None:
        self._world = world
        self.generations = generations
        self.late = late()

    def stands(self, generation: str, *sequences: int, epoch: int = 1) -> None:
        self._world.stands(generation, *sequences, epoch=epoch)

    def parks(self, generation: str, partition: int, sequence: int) -> None:
        self._world.parks(generation, partition, sequence)
        self._world.run(
            f"UPDATE {generation}.projection_checkpoint SET parked = parked + 1 WHERE partition = {partition}"
        )

    def holds(self, generation: str, order: OrderRow) -> None:
        self._world.holds(generation, order)

    def loses_index(self, generation: str, name: str) -> None:
        self._world.run(f"DROP INDEX {generation}.{name}")

    def loses_right(self, generation: str) -> None:
        self._world.run(f"REVOKE SELECT ON {generation}.order_view FROM orders_query")


class TestPostgresGenerations(GenerationsSuite):
    @pytest.fixture
    def world(self, world: World) -> Iterator[GenerationsWorld]:
        owner = Owner(world.url, lock_seconds=5)
        blueprint = Blueprint(newest(), LOCK, bare_generation, indexes_of, kept_of, live_views, READ_MODELS)
        yield RealGenerationsWorld(world, PostgresGenerations(owner, blueprint))
        owner.close()
