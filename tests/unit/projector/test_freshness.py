"""Which heads entry is reached."""

from orders_contracts.heads import Heads
from orders_contracts.timestamps import timestamp
from projector.application.freshness import Freshness
from projector.application.log import Checkpoint, Stored
from projector.application.progress import Progress
from tests.fakes.projector_events import START
from tests.fakes.projector_ports import RecordingJournal


def heads(tick: int, *sequences: int) -> Heads:
    return Heads(epoch=1, tick=tick, sequences=sequences, at=timestamp(START.replace(microsecond=tick)))


def at(*sequences: int) -> Progress:
    checkpoints = {number: Checkpoint(sequence, "x") for number, sequence in enumerate(sequences)}
    return Progress(Stored(1, checkpoints), RecordingJournal())


def test_the_newest_reached_entry_is_told_once() -> None:
    freshness = Freshness()
    for tick in range(1, 5):
        freshness.note(heads(tick, tick, 0))
    assert freshness.reached(at(0, 9)) is None
    assert freshness.reached(at(3, 9)) == heads(3, 3, 0)
    assert freshness.reached(at(3, 9)) is None
    assert freshness.reached(at(4, 9)) == heads(4, 4, 0)


def test_all_partitions_must_have_come_so_far() -> None:
    freshness = Freshness()
    freshness.note(heads(1, 5, 5))
    assert freshness.reached(at(9, 4)) is None
    assert freshness.reached(at(9)) is None
    assert freshness.reached(at(5, 5)) == heads(1, 5, 5)


def test_a_long_wait_keeps_the_oldest_and_the_newest_in_bounded_memory() -> None:
    freshness = Freshness()
    for tick in range(1, 2_000):
        freshness.note(heads(tick, tick))
    assert freshness.reached(at(1)) == heads(1, 1)
    assert freshness.reached(at(700)) == heads(599, 599)
    assert freshness.reached(at(5_000)) == heads(1_999, 1_999)
