"""Relays, streams and readers under any schedule of faults: when it is quiet again, the reader has exactly the log.

The services' own application code runs here without an event loop, one call of an engine at a time; only the engines
are pretended. By default 600 seeded schedules of 60 steps, three times what hypothesis tries beside; see settings.py.
A seed makes its schedule again: `run_schedule(seed)`.
"""

from collections.abc import Iterator

import pytest

from tests.model.schedules import run_schedule, run_without_faults
from tests.model.settings import FIRST_SEED, SEEDED, TIMEOUT
from tests.model.world import small_numbers


@pytest.fixture(autouse=True)
def _small_numbers() -> Iterator[None]:
    with small_numbers():
        yield


@pytest.mark.timeout(TIMEOUT)
def test_after_any_schedule_of_faults_the_reader_has_exactly_the_log() -> None:
    worlds = (run_schedule(seed) for seed in range(FIRST_SEED, FIRST_SEED + SEEDED))
    asked = sum(sum(len(projector.journal.asks) for projector in world.projectors) for world in worlds)
    assert asked > SEEDED, "there was next to nothing to heal"


def test_without_faults_nothing_is_asked_for_again_refused_or_missing() -> None:
    worlds = [run_without_faults(seed) for seed in range(FIRST_SEED, FIRST_SEED + 60)]
    assert sum(len(world.write.rows) for world in worlds) > 600
