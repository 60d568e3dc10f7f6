"""How long the model is tried. MODEL_EXAMPLES=50000 is the long form; MODEL_FIRST_SEED=70000 tries others."""

from os import environ
from typing import Final

EXAMPLES: Final = int(environ.get("MODEL_EXAMPLES", "800"))
"""Schedules of 60 steps; a tenth as many more are restores."""
SEEDED: Final = EXAMPLES * 3 // 4
"""Those that come from seeds. They take a third of the time that hypothesis takes, and see every planted bug sooner."""
SEARCHED: Final = EXAMPLES - SEEDED
"""Those that hypothesis looks for. It shortens what it finds, and tries what no seed gives: far values, repetitions."""
FIRST_SEED: Final = int(environ.get("MODEL_FIRST_SEED", "0"))
SHRINK: Final = "MODEL_SHRINK" in environ
"""Whether hypothesis looks for the shortest schedule that goes wrong."""
TIMEOUT: Final = 100 + EXAMPLES // 5
"""Seconds. A schedule takes 10 to 20 ms, and more on a machine that has other things to do."""
