"""What is decided about generations without asking a database."""

import pytest

from query_api.application.generations.errors import NotYet, Refused
from query_api.application.generations.making import named
from query_api.application.generations.patience import patiently
from query_api.application.generations.standing import Standing
from query_api.migrations.generations import bare_generation, new_generation
from query_api.migrations.live import COLUMNS, live_views
from query_api.migrations.order_lists import indexes_of, kept_of

LIVE = Standing("g1", 1, {0: 7, 1: 9}, parked=0)


def tried(errors: list[Exception], seconds: float) -> int:
    """How often it was tried until it succeeded."""
    calls = 0

    def attempt() -> int:
        nonlocal calls
        calls += 1
        if errors:
            raise errors.pop(0)
        return calls

    return patiently(attempt, seconds)


@pytest.mark.parametrize("name", ["g1", "g2", "g10", "g999999999"])
def test_generations_are_numbered(name: str) -> None:
    assert named(name) == name


@pytest.mark.parametrize("name", ["g0", "g01", "g", "G1", "2", "live", "public", "g1 ", "g1\n", "g1234567890", ""])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is not the name of a generation"):
        named(name)


@pytest.mark.parametrize(
    ("sequences", "behind"),
    [({0: 7, 1: 9}, {0: 0, 1: 0}), ({0: 8, 1: 4}, {0: 0, 1: 5}), ({1: 9, 2: 3}, {0: 7, 1: 0}), ({}, {0: 7, 1: 9})],
)
def test_how_far_behind_is_told_by_partition_of_the_other(sequences: dict[int, int], behind: dict[int, int]) -> None:
    assert Standing("g2", 1, sequences, parked=0).behind(LIVE) == behind


@pytest.mark.parametrize(
    ("epoch", "sequences", "same"),
    [(1, {1: 9, 0: 7}, True), (2, {0: 7, 1: 9}, False), (1, {0: 7}, False), (1, {0: 7, 1: 10}, False)],
)
def test_the_same_events_are_those_of_the_same_epoch_in_every_partition(
    epoch: int, sequences: dict[int, int], same: bool
) -> None:
    assert Standing("g2", epoch, sequences, parked=3).is_at(LIVE) is same


def test_what_may_pass_by_itself_is_tried_again() -> None:
    assert tried([NotYet("a moment"), NotYet("another")], 10) == 3


def test_it_is_told_when_the_time_is_over_and_without_time_at_once() -> None:
    errors: list[Exception] = [NotYet(str(number)) for number in range(100)]
    with pytest.raises(NotYet, match=r"^0$"):
        tried(errors, 0)
    with pytest.raises(NotYet):
        tried(errors, 0.25)
    assert 90 < len(errors) < 99


def test_what_is_wrong_is_told_at_once() -> None:
    errors: list[Exception] = [Refused("wrong"), NotYet("not asked for")]
    with pytest.raises(Refused, match="wrong"):
        tried(errors, 10)
    assert len(errors) == 1


def test_a_whole_generation_is_a_bare_one_with_what_only_questions_need() -> None:
    indexes, (skus,) = indexes_of("g2"), kept_of("g2").values()
    assert new_generation("g2") == [*bare_generation("g2"), *indexes.values(), *skus.statements]
    assert all(statement.startswith(f"CREATE INDEX {name} ON g2.") for name, statement in indexes.items())
    assert not {*indexes.values(), *skus.statements} & {*bare_generation("g2")}


def test_every_view_shows_the_generation_and_can_be_replaced() -> None:
    views = live_views("g2")
    assert len(views) == len(COLUMNS) + 1
    assert all(view.startswith("CREATE OR REPLACE VIEW live.") for view in views)
    assert all(f"FROM g2.{name};" in view for name, view in zip(COLUMNS, views[1:], strict=True))
    assert "'g2'" in views[0]
