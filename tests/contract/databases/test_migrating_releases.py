"""From every release to the newest schema, with its rows in it: none is lost, and the services go on with them."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple
from uuid import UUID

import httpx
import msgspec
import orjson
import psycopg
import pytest

from command_api.application.commands.add_item import AddItem
from command_api.application.commands.adjust_stock import AdjustStock
from command_api.application.commands.confirm_order import ConfirmOrder
from command_api.application.commands.create_order import CreateOrder
from command_api.application.context import Context
from command_api.composition import command_bus
from orders_domain.values import CustomerId, ItemQuantity, OrderId, Sku
from outbox_relay.adapters.postgres_outbox import PostgresOutbox
from projector.adapters.postgres_read_store import PostgresReadStore
from query_api.composition import build
from query_api.settings import Settings
from stack.engines import RunningEngine
from tests.contract.databases import rows as tables
from tests.contract.databases.columns import faults
from tests.contract.databases.commanding import units_of_work
from tests.contract.databases.declared import DECLARED, READERS, WRITERS
from tests.contract.databases.logins import as_member
from tests.contract.databases.revisions import NEWEST, empty_database, shape, upgrade
from tests.contract.events.shop import EUR, HOME
from tests.contract.releases.contents import GENERATION
from tests.contract.releases.records import Release, releases
from tests.integration.query_api.running import PAGE_TOKEN_SECRET, running

Connection = psycopg.Connection[Any]

SCHEMAS: Final = {"write": "public", "read": GENERATION}
USERS: Final = {"write": WRITERS, "read": READERS}
CONTINUE: Final = """
SELECT setval(pg_get_serial_sequence('outbox', 'position'), (SELECT max(position) FROM outbox));
UPDATE outbox_log SET system_identifier = (SELECT system_identifier FROM pg_control_system())
"""
"""What a restored backup of the same cluster would have."""


class Database(NamedTuple):
    """One side of a release, brought to the newest schema: where, and the rows that it had before and after."""

    side: str
    release: Release
    url: str
    before: bytes
    after: bytes


def recorded(release: Release, side: str) -> tuple[str, bytes]:
    """The revision that the release was at, and all its rows."""
    (name,) = (name for name in release.names("databases") if name.startswith(f"{side}."))
    return name.split(".")[1], release.read(f"databases/{name}")


@pytest.fixture(scope="module", params=releases(), ids=lambda release: f"release {release.number}")
def release(request: pytest.FixtureRequest) -> Release:
    """Each of them."""
    found: Release = request.param
    return found


@pytest.fixture(scope="module")
def databases(postgres_server: RunningEngine, release: Release) -> Iterator[dict[str, Database]]:
    """Both databases as the release left them, migrated since."""
    name = f"release_{release.number}_"
    with (
        empty_database(postgres_server.url, f"{name}write") as write,
        empty_database(postgres_server.url, f"{name}read") as read,
    ):
        made = {}
        for side, url in (("write", write), ("read", read)):
            revision, rows = recorded(release, side)
            upgrade(side, url, revision)
            with psycopg.connect(url) as owner:
                tables.load(owner, SCHEMAS[side], rows)
                if side == "write":
                    owner.execute(CONTINUE.encode())
                before = tables.dump(owner, SCHEMAS[side])
            NEWEST[side](url)
            with psycopg.connect(url) as owner:
                made[side] = Database(side, release, url, before, tables.dump(owner, SCHEMAS[side]))
        yield made


@pytest.fixture(params=["write", "read"])
def database(request: pytest.FixtureRequest, databases: dict[str, Database]) -> Database:
    """Either side."""
    return databases[request.param]


def lost(before: bytes, after: bytes) -> list[str]:
    """Rows of `before` that are not there `after`, whatever columns these have got in addition."""
    now = {table: orjson.loads(bytes(rows)) for table, rows in tables.read(after).items()}
    return [
        f"{table}: {orjson.dumps(row).decode()[:200]}"
        for table, rows in tables.read(before).items()
        for row in orjson.loads(bytes(rows))
        if not any(row.items() <= other.items() for other in now.get(table, []))
    ]


def as_plain(rows: Mapping[str, msgspec.Raw]) -> dict[str, Any]:
    return {table: orjson.loads(bytes(found)) for table, found in rows.items()}


def test_every_recorded_row_was_loaded(database: Database) -> None:
    _, rows = recorded(database.release, database.side)
    was, loaded = as_plain(tables.read(rows)), as_plain(tables.read(database.before))
    for table in (was, loaded):
        table.pop("outbox_log", None)  # which names another cluster
    assert was == loaded
    assert sum(map(len, was.values())) > 20


def test_every_recorded_row_is_still_there(database: Database) -> None:
    assert lost(database.before, database.after) == []


def test_the_present_services_find_the_columns_that_they_count_on(database: Database) -> None:
    with psycopg.connect(database.url, options=f"-csearch_path={SCHEMAS[database.side]}") as owner:
        assert [fault for user in USERS[database.side] for one in DECLARED[user] for fault in faults(owner, one)] == []


def test_the_schema_is_that_of_a_new_database(database: Database, postgres_server: RunningEngine) -> None:
    with empty_database(postgres_server.url, f"fresh_{database.side}") as fresh:
        NEWEST[database.side](fresh)
        with psycopg.connect(fresh) as new, psycopg.connect(database.url) as old:
            assert shape(old) ^ shape(new) == set()
            old.execute(f"GRANT TRIGGER ON {SCHEMAS[database.side]}.{_a_table(database)} TO PUBLIC".encode())
            assert {row[2] for row in shape(old) ^ shape(new)} == {"relation"}
            old.rollback()


def _a_table(database: Database) -> str:
    return next(iter(tables.read(database.before)))


async def test_commands_go_on_with_the_recorded_aggregates(databases: dict[str, Database]) -> None:
    url = databases["write"].url
    with psycopg.connect(url) as owner:
        (sku, on_hand), *_ = owner.execute("SELECT sku, on_hand FROM products ORDER BY sku").fetchall()
        (count,) = owner.execute("SELECT count(*) FROM outbox").fetchone() or (0,)
    order = OrderId(UUID("019abcde-ffff-7000-8000-00000000f00d"))
    product = Sku(sku)
    steps = [
        AdjustStock(sku=product, delta=5, reason="counted"),
        CreateOrder(
            order_id=order,
            customer_id=CustomerId(order),
            currency=EUR,
            reference=None,
            items=(ItemQuantity(product, 1),),
            shipping_address=HOME,
        ),
        AddItem(order_id=order, sku=product, quantity=1),
        ConfirmOrder(order_id=order),
    ]
    async with units_of_work(as_member(url, "orders_command")) as units:
        bus = command_bus(units.begin, EUR)
        for step in steps:
            await bus.dispatch(step, Context(correlation_id="after the migration", actor=None))
    with psycopg.connect(url) as owner:
        assert owner.execute("SELECT on_hand FROM products WHERE sku = %s", [sku]).fetchone() == (on_hand + 5,)
    relay = PostgresOutbox(as_member(url, "orders_relay"))
    try:
        await relay.open()
        assert sum((await relay.tick()).heads) > count
    finally:
        await relay.close()


async def test_questions_are_answered_with_the_recorded_documents(databases: dict[str, Database]) -> None:
    rows = as_plain(tables.read(databases["read"].before))
    url = as_member(databases["read"].url, "orders_query")
    asked = {f"/orders/{row['order_id']}": row["doc"] for row in rows["order_view"]}
    asked |= {f"/products/{row['sku']}": row["doc"] for row in rows["product_view"]}
    parts = build(Settings(database_url=url, page_token_secret=PAGE_TOKEN_SECRET))
    async with running(parts) as started:
        transport = httpx.ASGITransport(app=started.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
            for path, document in asked.items():
                answer = await client.get(f"/api/v1{path}")
                assert answer.json().items() >= document.items(), path
            listed = await client.get("/api/v1/orders")
            assert len(listed.json()["items"]) == len(rows["order_summary"])
    assert len(asked) >= 4


async def test_projectors_go_on_where_they_stood(databases: dict[str, Database]) -> None:
    rows = as_plain(tables.read(databases["read"].before))
    store = PostgresReadStore(as_member(databases["read"].url, "orders_projector"), GENERATION)
    try:
        stored = await store.checkpoints()
    finally:
        await store.close()
    assert stored is not None
    assert {partition: checkpoint.sequence for partition, checkpoint in stored.checkpoints.items()} == {
        row["partition"]: row["sequence"] for row in rows["projection_checkpoint"]
    }


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("DELETE FROM products WHERE sku = (SELECT min(sku) FROM products)", "products: "),
        ("UPDATE outbox SET version = version + 1000 WHERE version = 9", "outbox: "),
        ("ALTER TABLE outbox DROP occurred_at", "outbox: "),
        ("DROP TABLE outbox_tick", "outbox_tick: "),
    ],
)
def test_a_row_that_a_migration_loses_is_missed(databases: dict[str, Database], change: str, fault: str) -> None:
    with psycopg.connect(databases["write"].url) as owner:
        before = tables.dump(owner, "public")
        owner.execute(change.encode())
        found = lost(before, tables.dump(owner, "public"))
        assert found[:1] != []
        assert all(one.startswith(fault) for one in found)
        owner.rollback()


def test_a_column_more_is_no_loss(databases: dict[str, Database]) -> None:
    with psycopg.connect(databases["write"].url) as owner:
        before = tables.dump(owner, "public")
        owner.execute("ALTER TABLE orders ADD note text, ADD weight bigint NOT NULL DEFAULT 0")
        assert lost(before, tables.dump(owner, "public")) == []
        owner.rollback()
