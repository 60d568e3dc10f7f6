"""What a client remembers of what it was shown."""

import asyncio

import pytest

from tests.bench.client import Answer
from tests.drills.doors import Doors
from tests.drills.load.client import Client
from tests.drills.load.dice import Wish, wishes
from tests.drills.load.orders import Order, Orders
from tests.drills.pace import until
from tests.drills.told import Kind, Read, Told

ORDER = "01a20000-0000-7000-8000-000000000001"
DOORS = Doors((1,), 1)


class Window:
    """Stands in for query-api: shows one version after another; while it shows `crash_at`, the database is killed."""

    def __init__(self, *versions: int) -> None:
        self._versions = iter(versions)
        self.crash_at = 0
        self.told = Told()

    async def ask(self, request: bytes) -> Answer:
        version = next(self._versions)
        self.told.read_crashes += version == self.crash_at
        return Answer(200, f'HTTP/1.1 200 OK\r\netag: "{version}"'.encode(), b"{}")


@pytest.fixture
def wish() -> Wish:
    return next(wishes("1"))


async def shown(window: Window, times: int, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """What was remembered before each answer, and the answer."""
    client = Client("c0", DOORS, window.told, 1.0)
    monkeypatch.setattr(client, "_queries", window)
    for _ in range(times):
        await client._read(Read("c0", ORDER, 0), "", keep=False)
    return [(read.seen, read.version) for read in window.told.reads]


async def test_the_newest_version_seen_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await shown(Window(2, 3, 1, 3), 4, monkeypatch) == [(0, 2), (2, 3), (3, 1), (3, 3)]


async def test_nothing_is_remembered_beyond_a_crash_of_the_read_database(monkeypatch: pytest.MonkeyPatch) -> None:
    window = Window(2, 5, 4, 4)
    window.crash_at = 5
    assert await shown(window, 4, monkeypatch) == [(0, 2), (0, 5), (0, 4), (4, 4)]


async def test_where_nobody_listens_a_command_is_noted_as_never_sent(wish: Wish) -> None:
    told = Told()
    client = Client("c0", DOORS, told, 1_000.0)
    stop = asyncio.Event()
    running = asyncio.create_task(client.run("1", stop))

    async def few() -> str | None:
        return "fewer than three" if len(told.commands) < 3 else None

    await until(few, 5)
    stop.set()
    await running

    assert {command.outcome for command in told.commands} == {"unsent"}
    assert len({command.request_id for command in told.commands}) == len(told.commands)


@pytest.mark.parametrize(("kind", "status"), [("add", "draft"), ("cancel", "confirmed"), ("deliver", "shipped")])
def test_what_is_wished_for_is_done_to_an_order_that_fits(kind: Kind, status: str) -> None:
    orders = Orders([Order("1", "draft"), Order("2", "confirmed"), Order("3", "shipped"), Order("4", "closed")])
    wish = next(one for one in wishes("1") if one.kind == kind)
    chosen = orders.choose(wish)
    assert chosen is not None
    assert chosen.status == status


def test_a_client_follows_its_orders_through_their_lives(wish: Wish) -> None:
    orders = Orders()
    orders.note("create", ORDER, None, "", ("A", "B"), "")
    order = orders.own[0]
    story: list[tuple[Kind, str]] = [("confirm", "confirmed"), ("ship", "shipped"), ("deliver", "closed")]
    for kind, status in story:
        orders.note(kind, ORDER, order, "", (), "parcel" if kind == "ship" else "")
        assert order.status == status
    assert order.shipment == "parcel"
    assert order.skus == {"A", "B"}
