"""A read database of the test's own: its schemas come and go."""

from collections.abc import Iterator

import pytest

from tests.databases import Databases
from tests.integration.query_api.generations.world import World


@pytest.fixture
def world(read_databases: Databases) -> Iterator[World]:
    """Migrated and empty; generation 1 is live."""
    with read_databases.one() as url, World.at(url) as world:
        yield world
