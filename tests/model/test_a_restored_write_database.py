"""The write database goes back to an earlier day, and new events are written under old numbers, among all other faults.

Whatever happens, the reader holds the beginning of a log that there was or is, never a mixture; somebody says so; and
after the next epoch has begun it holds the new log. A seed makes its schedule again: `run_restored(seed)`.
"""

import pytest

from tests.model.schedules import run_restored
from tests.model.settings import EXAMPLES, FIRST_SEED, TIMEOUT
from tests.model.world import small_numbers


@pytest.mark.timeout(TIMEOUT)
def test_a_log_that_went_back_is_never_mixed_with_what_is_applied_and_an_epoch_brings_all_back() -> None:
    with small_numbers():
        noticed = sum(run_restored(seed) for seed in range(FIRST_SEED, FIRST_SEED + EXAMPLES // 10))
    assert noticed > EXAMPLES // 50, "hardly any restore did harm"
