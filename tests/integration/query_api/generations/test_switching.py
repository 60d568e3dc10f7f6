"""`generation promote | rollback`: only to a generation that lacks nothing; what is refused leaves no trace."""

import threading
from typing import Final

import psycopg
import pytest

from orders_contracts.changes import channel
from tests.contract.databases.logins import as_member
from tests.integration.query_api.generations.world import World, late
from tests.suites.query_rows import OrderRow

NOTE: Final = "SELECT generation, previous FROM public.live_generation"
DEFINITIONS: Final = (
    "SELECT viewname, definition FROM pg_views WHERE schemaname = 'live' AND definition ~ '[ .]{}[.'']'"
)


def shows(world: World, generation: str) -> int:
    """How many of the live views show this generation."""
    return len(world.rows(DEFINITIONS.format(generation)))


def test_all_views_show_the_promoted_generation_and_it_is_noted(world: World) -> None:
    world.second(7, 9)
    order = OrderRow()
    world.holds("g2", order)
    views = shows(world, "g1")
    assert world.done("promote", "g2") == "g2: live, after g1\n"
    assert (shows(world, "g1"), shows(world, "g2")) == (0, views)
    assert (world.shown(), world.rows(NOTE)) == ("g2", [("g2", "g1")])
    with psycopg.connect(as_member(world.url, "orders_query"), options="-csearch_path=live") as reader:
        assert reader.execute("SELECT order_id FROM order_view").fetchall() == [(order.order_id,)]


def test_the_switch_is_told_on_the_channel_of_the_live_schema(world: World) -> None:
    world.second()
    with psycopg.connect(as_member(world.url, "orders_query"), autocommit=True) as listener:
        listener.execute(f"LISTEN {channel('live')}".encode())
        assert world.told("promote", "g2") == {"live": "g2", "previous": "g1", "lost": 0}
        assert [notice.payload for notice in listener.notifies(timeout=10, stop_after=1)] == ["g2"]


def test_rights_that_an_operator_gave_on_the_views_outlast_a_promotion(world: World) -> None:
    world.second()
    world.run("GRANT USAGE ON SCHEMA live TO orders_projector; GRANT SELECT ON live.order_view TO orders_projector")
    world.done("promote", "g2")
    with psycopg.connect(as_member(world.url, "orders_projector")) as monitor:
        assert monitor.execute("SELECT count(*) FROM live.order_view").fetchone() == (0,)


def test_what_is_live_is_not_promoted(world: World) -> None:
    world.stands("g1", 1)
    assert world.refused("promote", "g1") == "g1 is live already"


def test_a_generation_without_all_indexes_is_refused(world: World) -> None:
    world.second()
    world.run(f"DROP INDEX g2.{late()[0]}")
    assert world.refused("promote", "g2") == f"g2 lacks indexes: {late()[0]}; `generation index g2` builds them"
    assert world.shown() == "g1"


def test_a_generation_that_nobody_fills_is_refused(world: World) -> None:
    world.second(7, 9)
    world.run("DELETE FROM g2.projection_checkpoint")
    refusal = world.refused("promote", "g2", "--wait", "0")
    assert refusal == "g2 has no checkpoints: no projector has begun to fill it"


@pytest.mark.parametrize("epoch", [1, 3])
def test_a_generation_of_another_epoch_is_refused_at_once(world: World, epoch: int) -> None:
    world.second()
    world.stands("g1", 7, 9, epoch=2)
    world.stands("g2", 7, 9, epoch=epoch)
    assert world.refused("promote", "g2", "--wait", "60") == f"g2 is at epoch {epoch} of the log, g1 at 2"


def test_a_generation_that_has_set_apart_what_the_live_one_has_applied_is_refused(world: World) -> None:
    world.second(7, 9)
    world.parks("g1", 1, 3)
    world.parks("g2", 1, 3)
    world.parks("g2", 1, 5)
    refusal = world.refused("promote", "g2", "--wait", "60")
    assert refusal == "g2 has set apart 1 of the events that g1 has applied"
    assert world.shown() == "g1"
    world.parks("g1", 1, 5)
    world.done("promote", "g2")


def test_what_it_has_set_apart_beyond_the_live_one_is_no_step_back(world: World) -> None:
    world.second(7, 9)
    world.stands("g2", 7, 12)
    world.parks("g2", 1, 11)
    world.done("promote", "g2")


@pytest.mark.parametrize(
    ("sequences", "said"),
    [
        ((7, 8), "g2 lacks 1 of the events of g1: 1 in partition 1"),
        ((0, 9), "g2 lacks 7 of the events of g1: 7 in partition 0"),
        ((6,), "g2 lacks 10 of the events of g1: 1 in partition 0, 9 in partition 1"),
    ],
)
def test_a_generation_that_lacks_events_is_refused_when_the_wait_is_over(
    world: World, sequences: tuple[int, ...], said: str
) -> None:
    world.second()
    world.stands("g1", 7, 9)
    world.run("DELETE FROM g2.projection_checkpoint")
    world.stands("g2", *sequences)
    assert world.refused("promote", "g2", "--wait", "0.2") == said
    assert (world.shown(), world.rows(NOTE)) == ("g1", [("g1", None)])


@pytest.mark.parametrize("lag", [1, 5_000])
def test_a_generation_that_lags_is_waited_for(world: World, lag: int) -> None:
    world.second()
    world.stands("g1", 7_000, 9)
    world.stands("g2", 7_000 - lag, 9)
    arriving = threading.Timer(0.6, arrive, [world.url])
    arriving.start()
    world.done("promote", "g2", "--wait", "20")
    arriving.join()
    assert world.rows("SELECT sequence FROM live.projection_checkpoint ORDER BY partition") == [(7_000,), (9,)]


def arrive(url: str) -> None:
    """The second one's projector applies what it lacked."""
    with psycopg.connect(url) as projector:
        projector.execute("UPDATE g2.projection_checkpoint SET sequence = 7000 WHERE partition = 0")


def test_a_promotion_gives_way_to_a_question_that_takes_long_and_says_whose(world: World) -> None:
    world.second()
    with psycopg.connect(world.url, application_name="monthly report") as report:
        report.execute("SELECT count(*) FROM live.order_view")
        refusal = world.refused("promote", "g2", "--wait", "0.5", MIGRATION_LOCK_SECONDS=0.1)
    assert refusal.startswith("no lock on the tables within 0.1 s; the oldest transaction is that of pid ")
    assert "(monthly report)" in refusal
    assert (world.shown(), shows(world, "g2")) == ("g1", 0)
    world.done("promote", "g2")


def test_without_a_previous_generation_there_is_no_way_back(world: World) -> None:
    assert world.refused("rollback") == "no previous generation is kept"


def test_a_previous_generation_that_has_kept_up_is_gone_back_to(world: World) -> None:
    world.second(7, 9)
    world.done("promote", "g2")
    for generation in ("g1", "g2"):
        world.stands(generation, 8, 11)
    assert world.done("rollback") == "g1: live, after g2\n"
    assert (world.shown(), world.rows(NOTE)) == ("g1", [("g1", "g2")])


def test_one_that_has_not_is_gone_back_to_by_force_only_which_tells_what_it_lacks(world: World) -> None:
    world.second(7, 9)
    world.done("promote", "g2")
    world.stands("g2", 8, 11)
    assert (
        world.refused("rollback", "--wait", "0") == "g1 lacks 3 of the events of g2: 1 in partition 0, 2 in partition 1"
    )
    assert world.shown() == "g2"
    assert world.done("rollback", "--force") == "g1: live, after g2; it lacks 3 of the events of g2\n"
    assert world.shown() == "g1"


def test_a_generation_that_is_dropped_is_no_longer_the_previous_one(world: World) -> None:
    world.second()
    world.done("promote", "g2")
    world.done("drop", "g1")
    assert world.refused("rollback") == "no previous generation is kept"
    assert world.refused("drop", "g2") == "g2 is live"


@pytest.mark.parametrize("role", ["orders_query", "orders_projector"])
def test_only_the_owner_switches(world: World, role: str) -> None:
    world.second()
    result = world.verb("promote", "g2", DATABASE_URL=as_member(world.url, role))
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    assert world.shown() == "g1"
