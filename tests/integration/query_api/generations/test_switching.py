"""`generation promote | rollback`: only to a generation that lacks nothing; what is refused leaves no trace."""

import threading
from typing import Final

import psycopg
import pytest

from orders_contracts.changes import channel
from tests.contract.databases.logins import as_member
from tests.integration.query_api.generations.world import World
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


def test_a_generation_that_lags_is_waited_for(world: World) -> None:
    world.second()
    world.stands("g1", 7_000, 9)
    world.stands("g2", 6_999, 9)
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


@pytest.mark.parametrize("role", ["orders_query", "orders_projector"])
def test_only_the_owner_switches(world: World, role: str) -> None:
    world.second()
    result = world.verb("promote", "g2", DATABASE_URL=as_member(world.url, role))
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    assert world.shown() == "g1"
