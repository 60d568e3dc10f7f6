"""How long the model is tried. MODEL_EXAMPLES=50000 is the long form; MODEL_FIRST_SEED=70000 tries others."""

from os import environ
from typing import Final

EXAMPLES: Final = int(environ.get("MODEL_EXAMPLES", "2000"))
"""Schedules of 60 steps that hypothesis tries. A quarter as many come from seeds, a tenth as many are restores."""
FIRST_SEED: Final = int(environ.get("MODEL_FIRST_SEED", "0"))
SHRINK: Final = "MODEL_SHRINK" in environ
"""Whether hypothesis looks for the shortest schedule that goes wrong."""
TIMEOUT: Final = 100 + EXAMPLES // 5
"""Seconds. A schedule takes 10 to 20 ms, and more on a machine that has other things to do."""
