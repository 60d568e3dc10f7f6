"""What the verbs that make, compare and drop generations decide."""

import pytest
from typer.testing import CliRunner

from query_api.__main__ import app
from query_api.application.generations.comparing import compare
from query_api.application.generations.errors import NotYet, Refused
from query_api.application.generations.making import Created, create, drop, index
from query_api.application.generations.reporting import status
from query_api.application.generations.switching import promote
from tests.fakes.query_generations import LATE, InMemoryGenerations
from tests.suites.query_generations import ORDERS


@pytest.fixture
def generations() -> InMemoryGenerations:
    """Generation 1 is live, generation 2 lacks its late indexes; both stand at the same events."""
    generations = InMemoryGenerations()
    generations.create("g2")
    generations.stands("g1", 7, 9)
    generations.stands("g2", 7, 9)
    return generations


def test_the_next_one_is_made_unless_one_is_named(generations: InMemoryGenerations) -> None:
    assert create(generations, None) == Created("g3", new=True)
    assert create(generations, "g9") == Created("g9", new=True)
    assert create(generations, None) == Created("g10", new=True)
    assert generations.names() == ["g1", "g2", "g3", "g9", "g10"]


def test_one_that_is_there_as_it_should_be_is_left_as_it_is(generations: InMemoryGenerations) -> None:
    assert create(generations, "g2") == Created("g2", new=False)
    assert generations.standing("g2").sequences == {0: 7, 1: 9}


def test_one_that_is_there_and_differs_is_refused(generations: InMemoryGenerations) -> None:
    generations.loses_right("g2")
    with pytest.raises(Refused, match="g2 is there and is not as it should be: lacks SELECT on order_view"):
        create(generations, "g2")


def test_indexes_are_told_of_as_they_are_built(generations: InMemoryGenerations) -> None:
    told: list[str] = []
    assert index(generations, "g2", told.append) == told == list(LATE)


def test_a_generation_that_is_not_there_is_refused_by_every_verb(generations: InMemoryGenerations) -> None:
    for verb in (
        lambda: index(generations, "g9", print),
        lambda: compare(generations, "g9", 0),
        lambda: promote(generations, "g9", 0),
        lambda: drop(generations, "g9", 0),
    ):
        with pytest.raises(Refused, match="there is no generation g9; there are g1, g2"):
            verb()


@pytest.mark.parametrize("name", ["g0", "G2", "g2;--", "live", ""])
@pytest.mark.parametrize("verb", ["create", "index", "compare", "promote", "drop"])
def test_only_names_of_generations_are_taken(verb: str, name: str) -> None:
    result = CliRunner().invoke(app, ["generation", verb, name])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "is not the name of a generation" in result.stderr


def test_a_drop_gives_way_to_others_and_is_tried_again(generations: InMemoryGenerations) -> None:
    generations.locked = 2
    with pytest.raises(NotYet, match="no lock"):
        drop(generations, "g2", 0)
    assert generations.names() == ["g1", "g2"]
    drop(generations, "g2", 60)
    assert generations.names() == ["g1"]


def test_the_status_tells_how_far_each_is_behind_the_live_one(generations: InMemoryGenerations) -> None:
    generations.stands("g2", 4, 12)
    found = status(generations, exact=True)
    first, second = found.reports
    assert (found.live.generation, found.events_behind(first)) == ("g1", {0: 0, 1: 0})
    assert (found.events_behind(second), list(second.missing_indexes)) == ({0: 3, 1: 0}, list(LATE))


def test_generations_are_compared_at_the_same_events(generations: InMemoryGenerations) -> None:
    generations.holds("g2", ORDERS[0])
    assert {one.read_model: one.same for one in compare(generations, "g2", 0)} == {
        "order_view": False,
        "product_view": True,
    }


def test_at_different_events_nothing_is_said(generations: InMemoryGenerations) -> None:
    generations.stands("g2", 7, 8)
    with pytest.raises(NotYet, match=r"g1 and g2 did not stand at the same events within 0\.01 s"):
        compare(generations, "g2", 0.01)


def test_a_moment_at_the_same_events_is_waited_for(generations: InMemoryGenerations) -> None:
    steps = iter(range(5, 8))
    generations.meanwhile = lambda: generations.stands("g2", next(steps), 9)
    assert {one.same for one in compare(generations, "g2", 60)} == {True}
    assert next(steps, None) is None
