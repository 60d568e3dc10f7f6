"""`generation create | index | drop`, and what they refuse."""

import psycopg
import pytest

from tests.contract.databases.logins import as_member
from tests.integration.query_api.generations.world import World, late

ORDER = """
INSERT INTO g2.order_summary (order_id, customer_id, status, total_cents, skus, created_at, doc)
VALUES (gen_random_uuid(), gen_random_uuid(), 'DRAFT', {}, '{}', now(), '{{}}')
"""
INDEXES = "SELECT indexname FROM pg_indexes WHERE schemaname = '{}'"


def indexes(world: World, generation: str) -> set[str]:
    return {name for (name,) in world.rows(INDEXES.format(generation))}


def test_the_next_generation_is_made_without_the_indexes_that_only_questions_need(world: World) -> None:
    assert world.done("create") == "g2: made\n"
    assert world.told("create") == {"name": "g3", "new": True}
    assert indexes(world, "g2") == indexes(world, "g1") - set(late())
    assert late()
    assert world.shown() == "g1"


def test_both_processes_may_do_their_work_in_a_new_generation(world: World) -> None:
    world.done("create", "g2")
    with psycopg.connect(as_member(world.url, "orders_projector")) as projector:
        projector.execute("INSERT INTO g2.product_view VALUES ('MUG', 1, true, '{}')")
    with psycopg.connect(as_member(world.url, "orders_query")) as reader:
        assert reader.execute("SELECT sku FROM g2.product_view").fetchall() == [("MUG",)]


def test_a_generation_that_is_there_as_it_should_be_is_left_as_it_is(world: World) -> None:
    world.done("create", "g7")
    assert world.done("create", "g7") == "g7: is there, as it should be\n"
    assert world.done("create", "g1") == "g1: is there, as it should be\n"
    assert world.done("create") == "g8: made\n"


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        ("ALTER TABLE g2.order_view ADD note text", "has order_view.note text"),
        ("ALTER TABLE g2.order_view ALTER version DROP NOT NULL", "lacks order_view.version bigint NOT NULL"),
        ("ALTER TABLE g2.order_view DROP CONSTRAINT order_view_pkey", "lacks order_view PRIMARY KEY (order_id)"),
        ("REVOKE SELECT ON g2.order_view FROM orders_query", "lacks SELECT on order_view for orders_query"),
        ("DROP TABLE g2.product_view", 'lacks product_view.sku text COLLATE "C" NOT NULL'),
    ],
)
def test_a_generation_that_is_there_and_differs_is_refused(world: World, change: str, difference: str) -> None:
    world.done("create", "g2")
    world.run(change)
    refusal = world.refused("create", "g2")
    assert refusal.startswith("g2 is there and is not as it should be: ")
    assert difference in refusal


def test_the_missing_indexes_are_built_once(world: World) -> None:
    world.done("create", "g2")
    told = world.done("index", "g2").splitlines()
    assert told == [*(f"g2: building {name}" for name in late()), "g2: has all indexes"]
    assert indexes(world, "g2") == indexes(world, "g1")
    assert world.told("index", "g2") == {"name": "g2", "built": []}


def test_orders_are_found_by_sku_that_came_before_the_indexes_and_after(world: World) -> None:
    world.done("create", "g2")
    world.run(ORDER.format(1, "{A,B}"))
    assert world.rows("SELECT count(*) FROM g2.order_sku") == [(0,)]
    world.done("index", "g2")
    world.run(ORDER.format(2, "{A}"))
    world.run("UPDATE g2.order_summary SET skus = '{B}' WHERE total_cents = 1")
    found = world.rows("SELECT sku, total_cents FROM g2.order_sku JOIN g2.order_summary USING (order_id) ORDER BY 1")
    assert found == [("A", 2), ("B", 1)]


def test_an_index_that_a_broken_attempt_left_behind_is_made_anew(world: World) -> None:
    world.done("create", "g2")
    world.done("index", "g2")
    world.run("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'g2.order_summary_newest'::regclass")
    before = world.rows("SELECT 'g2.order_summary_newest'::regclass::oid")
    assert world.told("status")["generations"][1]["missing_indexes"] == ["order_summary_newest"]
    assert world.told("index", "g2")["built"] == ["order_summary_newest"]
    assert world.rows("SELECT indisvalid FROM pg_index WHERE indexrelid = 'g2.order_summary_newest'::regclass") == [
        (True,)
    ]
    assert world.rows("SELECT 'g2.order_summary_newest'::regclass::oid") != before


def test_one_at_a_time_builds_the_indexes_of_a_generation(world: World) -> None:
    world.done("create", "g2")
    with psycopg.connect(world.url) as other:
        other.execute("SELECT pg_advisory_lock(hashtext('index'), 2)")
        assert world.refused("index", "g2") == "somebody else is building indexes of g2"
    world.done("index", "g2")


def test_a_generation_is_dropped_with_all_it_holds(world: World) -> None:
    world.done("create", "g2")
    assert world.done("drop", "g2") == "g2: dropped\n"
    assert world.told("status")["generations"][-1]["generation"] == "g1"
    assert world.rows("SELECT count(*) FROM pg_tables WHERE schemaname = 'g2'") == [(0,)]


def test_dropping_gives_way_to_whoever_reads_and_says_who(world: World) -> None:
    world.done("create", "g2")
    with psycopg.connect(world.url, application_name="monthly report") as report:
        report.execute("SELECT count(*) FROM g2.order_view")
        refusal = world.refused("drop", "g2", "--wait", "0", MIGRATION_LOCK_SECONDS=0.1)
    assert refusal.startswith("no lock on the tables within 0.1 s; the oldest transaction is that of pid ")
    assert "(monthly report)" in refusal
    world.done("drop", "g2")


@pytest.mark.parametrize("role", ["orders_query", "orders_projector"])
def test_only_the_owner_makes_generations(world: World, role: str) -> None:
    refusal = world.refused("create", DATABASE_URL=as_member(world.url, role))
    assert refusal.startswith("permission denied for ")
    assert refusal.endswith("; it takes the owner of the database")


@pytest.mark.parametrize(
    ("revision", "said"),
    [
        ("0001", "the read database is not migrated to what this version needs"),
        ("9999", "the read database is at revision 9999, this version knows "),
    ],
)
def test_a_database_of_another_version_is_left_alone(world: World, revision: str, said: str) -> None:
    world.run(f"UPDATE public.alembic_version SET version_num = '{revision}'")
    assert world.refused("create").startswith(said)


def test_a_database_that_cannot_be_reached_is_told_as_the_setting_that_names_it(world: World) -> None:
    result = world.verb("status", DATABASE_URL="postgresql://127.0.0.1:1/nowhere")
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert result.stderr.startswith("query-api: QUERY_API_DATABASE_URL: ")
