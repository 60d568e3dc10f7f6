"""Parking on the fakes, and what it takes of the rules that no database is needed for."""

import pytest

from projector.application.projections.fold import Writes
from projector.application.projections.order_summary import ORDER_SUMMARY
from tests.fakes.projector_store import InMemoryReadStore
from tests.suites.projector_commands import CommandStatusSuite
from tests.suites.projector_parked import TOO_BIG, ParkingWorld
from tests.suites.projector_parking import ParkingSuite
from tests.suites.projector_verbs import VerbsSuite
from tests.unit.projector.test_ports_in_memory import MemoryStoreWorld


class MemoryParkingWorld(MemoryStoreWorld):
    """A store that refuses what has no room in a column."""

    def __init__(self) -> None:
        super().__init__()
        self.store.refuses = _has_no_room

    @property
    def lot(self) -> InMemoryReadStore:
        """The store is its own parking lot."""
        return self.store


def _has_no_room(writes: Writes) -> bool:
    return any(row.total_cents >= TOO_BIG for row in writes.of(ORDER_SUMMARY))


class TestParkingInMemory(ParkingSuite, VerbsSuite, CommandStatusSuite):
    @pytest.fixture
    def world(self) -> ParkingWorld:
        return MemoryParkingWorld()

    @pytest.fixture
    def whole(self) -> ParkingWorld:
        return MemoryParkingWorld()
