"""Hypothesis looks for a schedule of faults after which the reader has not exactly the log.

By default 200 examples of 60 steps, a quarter of all schedules; see settings.py for the long form.
"""

import pytest

from tests.model.machine import explore
from tests.model.settings import SEARCHED, TIMEOUT


@pytest.mark.timeout(TIMEOUT)
def test_hypothesis_finds_no_schedule_after_which_the_reader_lacks_anything() -> None:
    explore(SEARCHED)
