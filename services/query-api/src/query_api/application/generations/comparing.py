"""Whether two generations hold the same, though both are being written meanwhile.

Rows can be compared only where both have applied the same events: a document that one has at a later version is no
difference, and sums of many orders tell nothing but at equal checkpoints. Both projectors read the same streams and
are at rest between batches, so moments in which all partitions stand at the same event are frequent unless the
projectors are busy without a pause. Such a moment is looked for, and all read models are compared in its snapshot,
for as long as that takes; what is written later is not in it. Where no such moment comes, nothing is said rather than
something half true: let the load pass, or wait for longer.
"""

import time
from typing import Final

from query_api.application.generations.errors import NotYet
from query_api.application.generations.ports import Generations
from query_api.application.generations.standing import Compared
from query_api.application.generations.switching import must_be_there

_LOOK_SECONDS: Final = 0.003


def compare(generations: Generations, name: str, wait_seconds: float) -> list[Compared]:
    """Every read model of the live generation and of `name`, at the same checkpoints. Raises Refused."""
    must_be_there(generations, name)
    deadline = time.monotonic() + wait_seconds
    while True:
        compared = generations.compared(name)
        if compared is not None:
            return compared
        if time.monotonic() > deadline:
            live = generations.live().generation
            raise NotYet(f"{live} and {name} did not stand at the same events within {wait_seconds:g} s")
        time.sleep(_LOOK_SECONDS)
