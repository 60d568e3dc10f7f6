"""The fakes of a verification keep the promises of its ports."""

from typing import Any

import pytest

from projector.application.projections.catalogue import READ_MODELS
from projector.application.projections.read_model import ReadModel
from projector.application.verifying_ports import Texts
from tests.fakes.projector_store import InMemoryReadStore
from tests.fakes.projector_verifying import InMemoryLiveModels, InMemoryScratch
from tests.suites.projector_verifying import LiveModelsSuite, LiveModelsWorld, ScratchSuite, ScratchWorld


class MemoryScratchWorld:
    """Fakes, and a store that they have nothing to do with."""

    def __init__(self) -> None:
        self._store = InMemoryReadStore()

    async def scratch(self) -> InMemoryScratch:
        scratch = InMemoryScratch()
        await scratch.prepare()
        return scratch

    async def stored(self) -> int:
        return sum(len(self._store.rows(model)) for model in READ_MODELS)


class MemoryLiveWorld:
    """A fake and the store under it."""

    def __init__(self) -> None:
        self.store = InMemoryReadStore()
        self.live = InMemoryLiveModels(self.store)

    async def put(self, model: ReadModel[Any], texts: Texts) -> None:
        self.live.put(model, texts)


class TestInMemoryScratch(ScratchSuite):
    @pytest.fixture
    def world(self) -> ScratchWorld:
        return MemoryScratchWorld()


class TestInMemoryLiveModels(LiveModelsSuite):
    @pytest.fixture
    def world(self) -> LiveModelsWorld:
        return MemoryLiveWorld()
