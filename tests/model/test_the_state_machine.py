"""Hypothesis looks for a schedule of faults after which the reader has not exactly the log.

By default 2,000 examples of 60 steps; MODEL_EXAMPLES=50000 is the long form.
"""

import pytest

from tests.model.machine import explore
from tests.model.settings import EXAMPLES, TIMEOUT


@pytest.mark.timeout(TIMEOUT)
def test_hypothesis_finds_no_schedule_after_which_the_reader_lacks_anything() -> None:
    explore(EXAMPLES)
