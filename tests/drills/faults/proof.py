"""Whether a fault has happened. One that has not makes its round's verdict unknown."""

from dataclasses import dataclass, field

from tests.drills.schedule import Fault
from tests.drills.system import System
from tests.drills.told import Told


class NotHappened(Exception):
    """The fault could not be inflicted, or nothing shows that it was."""


@dataclass(slots=True)
class Scene:
    """Where faults happen. `removed` notes entries taken out of streams, `complaints` what went wrong meanwhile,
    `poisoned` SKUs of which both events have to be parked. `epoch` is the log's, noted while all was well.
    """

    system: System
    told: Told
    epoch: int = 0
    poisoned: list[str] = field(default_factory=list)
    removed: dict[int, set[int]] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Proof:
    """What shows that a fault has happened; `words` say why not, where it has not."""

    fault: Fault
    happened: bool
    words: str
