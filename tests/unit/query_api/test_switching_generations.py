"""Which generation may be made live: one that lacks nothing, and by force the previous one."""

from collections.abc import Iterator

import pytest

from query_api.application.generations.errors import NotYet, Refused
from query_api.application.generations.standing import Switched
from query_api.application.generations.switching import CLOSE, promote, roll_back
from tests.fakes.query_generations import LATE, InMemoryGenerations
from tests.suites.query_generations import second
from tests.unit.query_api.test_generations_in_memory import MemoryGenerationsWorld


@pytest.fixture
def generations() -> InMemoryGenerations:
    """Generation 1 is live, generation 2 is whole; both stand at the same events."""
    world = MemoryGenerationsWorld()
    second(world, 7, 9)
    return world


@pytest.fixture
def promoted(generations: InMemoryGenerations) -> InMemoryGenerations:
    """Generation 2 is live, generation 1 is kept."""
    promote(generations, "g2", 0)
    return generations


def live(generations: InMemoryGenerations) -> tuple[str, str | None]:
    return generations.live().generation, generations.live().previous


def test_one_that_lacks_nothing_is_promoted_and_the_other_one_kept(generations: InMemoryGenerations) -> None:
    assert promote(generations, "g2", 0) == Switched("g2", "g1", lost=0)
    assert live(generations) == ("g2", "g1")


def test_what_is_live_is_not_promoted(generations: InMemoryGenerations) -> None:
    with pytest.raises(Refused, match="g1 is live already"):
        promote(generations, "g1", 0)


def test_one_without_all_indexes_is_refused(generations: InMemoryGenerations) -> None:
    generations.loses_index("g2", LATE[1])
    with pytest.raises(Refused, match=f"g2 lacks indexes: {LATE[1]}; `generation index g2` builds them"):
        promote(generations, "g2", 60)


def test_one_that_is_not_as_it_should_be_is_refused(generations: InMemoryGenerations) -> None:
    generations.loses_right("g2")
    with pytest.raises(Refused, match="g2 is not as it should be: lacks SELECT on order_view for orders_query"):
        promote(generations, "g2", 60)


def test_one_that_nobody_fills_is_refused_when_the_wait_is_over(generations: InMemoryGenerations) -> None:
    generations.stands("g2")
    with pytest.raises(NotYet, match="g2 has no checkpoints: no projector has begun to fill it"):
        promote(generations, "g2", 0)


@pytest.mark.parametrize("epoch", [1, 3])
def test_one_of_another_epoch_is_refused_at_once(generations: InMemoryGenerations, epoch: int) -> None:
    generations.stands("g1", 7, 9, epoch=2)
    generations.stands("g2", 7, 9, epoch=epoch)
    with pytest.raises(Refused, match=f"g2 is at epoch {epoch} of the log, g1 at 2"):
        promote(generations, "g2", 60)


def test_one_that_has_set_apart_what_the_live_one_has_applied_is_refused(generations: InMemoryGenerations) -> None:
    generations.parks("g2", 1, 5)
    with pytest.raises(Refused, match="g2 has set apart 1 of the events that g1 has applied"):
        promote(generations, "g2", 60)
    assert live(generations) == ("g1", None)
    generations.parks("g1", 1, 5)
    assert promote(generations, "g2", 0).live == "g2"


def test_what_it_has_set_apart_beyond_the_live_one_is_no_step_back(generations: InMemoryGenerations) -> None:
    generations.stands("g2", 7, 12)
    generations.parks("g2", 1, 11)
    assert promote(generations, "g2", 0) == Switched("g2", "g1", lost=0)


@pytest.mark.parametrize(
    ("sequences", "said"),
    [
        ((7, 8), "g2 lacks 1 of the events of g1: 1 in partition 1"),
        ((0, 9), "g2 lacks 7 of the events of g1: 7 in partition 0"),
        ((6,), "g2 lacks 10 of the events of g1: 1 in partition 0, 9 in partition 1"),
    ],
)
def test_one_that_lacks_events_is_refused_when_the_wait_is_over(
    generations: InMemoryGenerations, sequences: tuple[int, ...], said: str
) -> None:
    generations.stands("g2", *sequences)
    with pytest.raises(NotYet, match=f"^{said}$"):
        promote(generations, "g2", 0)
    assert live(generations) == ("g1", None)


def arrives(generations: InMemoryGenerations, *sequences: int) -> Iterator[int]:
    """The second one's projector comes so far from one look to the next; answers what is left of that."""
    steps = iter(sequences)

    def meanwhile() -> None:
        if (step := next(steps, None)) is not None:
            generations.stands("g2", step, 9)

    generations.meanwhile = meanwhile
    return steps


def test_one_that_is_near_arrives_during_the_standstill(generations: InMemoryGenerations) -> None:
    left = arrives(generations, 1, 2, 3, 4, 5, 6, 7)
    assert promote(generations, "g2", 0) == Switched("g2", "g1", lost=0)
    assert list(left) == []


def test_for_one_that_is_far_behind_the_live_one_does_not_wait(generations: InMemoryGenerations) -> None:
    generations.stands("g1", CLOSE + 7, 9)
    generations.locked = 1
    arrives(generations, 6)
    with pytest.raises(NotYet, match=f"g2 lacks {CLOSE + 1} of the events of g1"):
        promote(generations, "g2", 0)
    assert generations.locked == 1
    arrives(generations, 6, 6, CLOSE + 7)
    assert promote(generations, "g2", 60) == Switched("g2", "g1", lost=0)


def test_one_whose_projector_begins_a_new_epoch_before_the_switch_is_refused(generations: InMemoryGenerations) -> None:
    looks = iter(range(9))
    # The fourth look at it is the one with which it is held: two are before the standstill, one is in it.
    generations.meanwhile = lambda: generations.stands("g2", 7, 9, epoch=2 if next(looks) >= 3 else 1)
    with pytest.raises(Refused, match="g2 is at epoch 2 of the log, g1 at 1"):
        promote(generations, "g2", 0)
    assert live(generations) == ("g1", None)


def test_a_promotion_gives_way_to_others_and_is_tried_again(generations: InMemoryGenerations) -> None:
    generations.locked = 1
    with pytest.raises(NotYet, match="no lock"):
        promote(generations, "g2", 0)
    generations.locked = 1
    assert promote(generations, "g2", 60).live == "g2"


def test_without_a_previous_one_there_is_no_way_back(generations: InMemoryGenerations) -> None:
    with pytest.raises(Refused, match="no previous generation is kept"):
        roll_back(generations, 0, force=False)


def test_a_previous_one_that_has_kept_up_is_gone_back_to(promoted: InMemoryGenerations) -> None:
    for generation in ("g1", "g2"):
        promoted.stands(generation, 8, 11)
    assert roll_back(promoted, 0, force=False) == Switched("g1", "g2", lost=0)
    assert live(promoted) == ("g1", "g2")


def test_one_that_has_not_is_gone_back_to_by_force_only(promoted: InMemoryGenerations) -> None:
    promoted.stands("g2", 8, 11)
    with pytest.raises(NotYet, match="g1 lacks 3 of the events of g2: 1 in partition 0, 2 in partition 1"):
        roll_back(promoted, 0, force=False)
    assert roll_back(promoted, 0, force=True) == Switched("g1", "g2", lost=3)


def test_force_takes_one_that_has_set_events_apart_but_none_of_another_epoch(promoted: InMemoryGenerations) -> None:
    promoted.parks("g1", 0, 7)
    promoted.stands("g1", 7, 9, epoch=2)
    with pytest.raises(Refused, match="g1 is at epoch 2 of the log, g2 at 1"):
        roll_back(promoted, 0, force=True)
    promoted.stands("g1", 7, 9)
    assert roll_back(promoted, 0, force=True) == Switched("g1", "g2", lost=0)
