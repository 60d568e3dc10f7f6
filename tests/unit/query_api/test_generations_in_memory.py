"""The fake generations keep the promises of the port."""

from collections.abc import Sequence

import pytest

from tests.fakes.query_generations import LATE, InMemoryGenerations
from tests.suites.query_generations import GenerationsSuite, GenerationsWorld


class MemoryGenerationsWorld(InMemoryGenerations):
    """A fake, which is its own back door."""

    late: Sequence[str] = LATE

    @property
    def generations(self) -> InMemoryGenerations:
        return self


class TestInMemoryGenerations(GenerationsSuite):
    @pytest.fixture
    def world(self) -> GenerationsWorld:
        return MemoryGenerationsWorld()
