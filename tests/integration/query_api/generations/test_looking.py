"""`generation status | compare`: what there is, and whether two generations hold the same."""

import threading
from typing import Final

import psycopg
import pytest

from query_api.migrations.live import READ_MODELS
from tests.integration.query_api.generations.world import World, late
from tests.suites.query_rows import OrderRow, ProductRow, store_orders, store_products

ORDERS: Final = [OrderRow(version=3), OrderRow(status="CONFIRMED"), OrderRow(reference="r-1")]


def filled(world: World) -> None:
    """Both generations hold the same, at the same checkpoints."""
    store_orders(world.url, ORDERS)
    store_products(world.url, [ProductRow(sku="MUG")])
    world.run("INSERT INTO g1.sales_daily VALUES ('2026-11-22', 'EUR', 1, 2, 3998, 0, 0, 0)")
    world.run("INSERT INTO g1.customer_summary VALUES (gen_random_uuid(), 'EUR', 1, 1, 1999, now())")
    world.second(7, 9)
    for table in READ_MODELS:
        if table != "order_sku":  # the database fills it
            world.copied(table)


def test_the_status_shows_all_generations_beside_the_live_one(world: World) -> None:
    store_orders(world.url, ORDERS)
    world.stands("g1", 12, 5)
    world.done("create", "g2")
    world.stands("g2", 4, 5)
    world.parks("g2", 0, 3)
    world.run("UPDATE g2.projection_checkpoint SET parked = 1 WHERE partition = 0")
    status = world.told("status", "--exact")
    assert (status["live"], status["previous"]) == ("g1", None)
    first, second = status["generations"]
    assert (first["generation"], first["epoch"], first["missing_indexes"]) == ("g1", 1, [])
    assert first["rows"] == dict.fromkeys(READ_MODELS, 0) | {
        "order_view": 3,
        "order_summary": 3,
        "order_sku": 3,
        "order_history": 5,
    }
    assert first["events_behind"] == {"0": 0, "1": 0}
    assert (second["sequences"], second["events_behind"]) == ({"0": 4, "1": 5}, {"0": 8, "1": 0})
    assert (second["parked"], second["missing_indexes"]) == (1, late())


def test_people_are_shown_the_same(world: World) -> None:
    world.stands("g1", 12_345, 5)
    world.done("create", "g2")
    lines = [line.replace("│", " ").split() for line in world.done("status").splitlines()]
    assert ["state", "live", "-"] in lines
    assert ["partition", "0", "12,345", "0", "(12,345", "behind)"] in lines
    assert ["indexes", "all", f"{len(late())}", "missing"] in lines


def test_without_exact_rows_are_estimated(world: World) -> None:
    store_orders(world.url, ORDERS)
    world.run("ANALYZE g1.order_view")
    world.run("DELETE FROM g1.order_view")
    assert world.told("status")["generations"][0]["rows"]["order_view"] == len(ORDERS)
    assert world.told("status", "--exact")["generations"][0]["rows"]["order_view"] == 0


def test_of_a_generation_that_lacks_a_table_is_told_what_there_is_and_what_is_not(world: World) -> None:
    world.second()
    world.run("DROP TABLE g2.product_view")
    assert world.told("status")["generations"][1]["rows"]["product_view"] == 0
    for words in (("status", "--exact"), ("compare", "g2")):
        assert world.refused(*words).startswith('relation "g2.product_view" does not exist')
    assert world.refused("promote", "g2").startswith("g2 is not as it should be: lacks ")
    assert (world.shown(), world.rows("SELECT generation FROM public.live_generation")) == ("g1", [("g1",)])


def test_generations_that_hold_the_same_compare_as_the_same(world: World) -> None:
    filled(world)
    compared = world.told("compare", "g2")
    assert [one["read_model"] for one in compared] == list(READ_MODELS)
    assert {one["same"] for one in compared} == {True}
    by_name = {one["read_model"]: one["live"]["rows"] for one in compared}
    assert (by_name["order_view"], by_name["order_history"], by_name["sales_daily"]) == (3, 5, 1)
    assert world.done("compare", "g2").count("same") == len(READ_MODELS)


@pytest.mark.parametrize(
    ("change", "read_model", "said"),
    [
        ("UPDATE g2.order_view SET doc = '{}' WHERE version = 3", "order_view", "differs in contents"),
        ("UPDATE g2.sales_daily SET revenue_cents = 3997", "sales_daily", "differs in contents"),
        ("UPDATE g2.customer_summary SET orders = 2", "customer_summary", "differs in contents"),
        ("DELETE FROM g2.order_history WHERE version = 2", "order_history", "differs in rows"),
        ("DELETE FROM g1.product_view", "product_view", "differs in rows"),
    ],
)
def test_a_difference_is_found_in_its_read_model(world: World, change: str, read_model: str, said: str) -> None:
    filled(world)
    world.run(change)
    result = world.verb("compare", "g2")
    assert result.exit_code == 1
    differing = [line for line in result.stdout.splitlines() if "differs" in line]
    assert len(differing) == 1
    assert read_model in differing[0]
    assert said in differing[0]


def test_neither_the_order_of_rows_nor_that_of_columns_is_a_difference(world: World) -> None:
    filled(world)
    world.run("TRUNCATE g2.order_view; ALTER TABLE g2.order_view DROP version, ADD version bigint NOT NULL")
    world.run("INSERT INTO g2.order_view SELECT order_id, doc, version FROM g1.order_view ORDER BY order_id DESC")
    assert {one["same"] for one in world.told("compare", "g2")} == {True}


def test_a_moment_at_the_same_checkpoints_is_waited_for(world: World) -> None:
    filled(world)
    world.stands("g2", 6, 9)
    arriving = threading.Timer(0.3, arrive, [world.url])
    arriving.start()
    assert {one["same"] for one in world.told("compare", "g2", "--wait", "20")} == {True}
    arriving.join()


def arrive(url: str) -> None:
    """The second one's projector applies what it lacked."""
    with psycopg.connect(url) as projector:
        projector.execute("UPDATE g2.projection_checkpoint SET sequence = 7 WHERE partition = 0")
