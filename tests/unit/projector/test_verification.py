"""`projector verify` on fakes: what it finds, what it sets aside, and when it gives up."""

from itertools import count

import pytest

from orders_contracts import orders
from projector.adapters.read_ahead import AsyncioReadAhead
from projector.application import verifying
from projector.application.bookmarks import Bookmarks
from projector.application.bounded_stream import BoundedStream
from projector.application.consumer import Consumer
from projector.application.ports import Unavailable
from projector.application.projections.catalogue import READ_MODELS
from projector.application.projections.order_history import ORDER_HISTORY
from projector.application.projections.order_view import ORDER_VIEW
from projector.application.projections.product_view import PRODUCT_VIEW
from projector.application.projections.sales_daily import SALES_DAILY
from projector.application.replay import Replays
from projector.application.verifying import Verification, names_of, verified
from tests.fakes.projector_commands import CommandLife
from tests.fakes.projector_events import Happening, NumberedLog, OrderLife, ProductLife, life_of, line
from tests.fakes.projector_ports import FixedClock, RecordingJournal
from tests.fakes.projector_stream import InMemoryEventStream
from tests.fakes.projector_verifying import InMemoryLiveModels, InMemoryScratch
from tests.unit.projector.projecting import Projecting

STRANGE = ("NONE", "1", "true", "{}")


class Scene:
    """A projector that has applied a log, and a verification of what it has made."""

    def __init__(self) -> None:
        self.log = NumberedLog(2)
        self.projecting = Projecting()
        self.stream = InMemoryEventStream()
        self.live = InMemoryLiveModels(self.projecting.store)
        self.scratch = InMemoryScratch()
        self.clock = FixedClock()
        self.told: list[tuple[int, int]] = []

    async def happen(self, partition: int, *happenings: Happening) -> None:
        """More of the log, applied."""
        await self.publish(partition, *happenings)
        await self.projecting.turn(2)

    async def publish(self, partition: int, *happenings: Happening) -> None:
        """More of the log, for the projector and for the verification."""
        entries = self.log.append(partition, happenings)
        for stream in (self.projecting.stream, self.stream):
            await stream.put(partition, entries)
            await stream.say(self.log.heads())

    def tell(self, done: int, of: int) -> None:
        """Each turn of the verification takes a second."""
        self.told.append((done, of))
        self.clock.seconds += 1

    def verification(self) -> Verification:
        """A new one."""
        journal = RecordingJournal()
        stream = BoundedStream(self.stream)
        consumer = Consumer(
            stream,
            self.scratch,
            Bookmarks(stream, journal),
            Replays(stream, "g1-verify", self.clock, journal),
            journal,
            ahead=AsyncioReadAhead(),
            share=lambda partitions: frozenset(range(partitions)),
            clock=self.clock,
            wait_seconds=0,
        )
        return Verification(stream, consumer, self.scratch, self.live, clock=self.clock, tell=self.tell)

    async def look(self) -> verifying.Report:
        """What one look comes to."""
        (report,) = await verified(self.verification(), mend=False)
        return report


@pytest.fixture
async def scene() -> Scene:
    """Three orders, a product and a command, in two partitions."""
    scene = Scene()
    for number in range(3):
        await scene.happen(number % 2, *life_of(number))
    await scene.happen(0, ProductLife().tell(), CommandLife().accepted())
    return scene


async def test_read_models_that_are_what_the_log_says_differ_in_nothing(scene: Scene) -> None:
    report = await scene.look()
    assert (report.count, report.found, report.set_aside) == (0, [], frozenset())
    assert report.rows == {
        "order_view": 3,
        "order_summary": 3,
        "order_history": 24,
        "customer_summary": 3,
        "sales_daily": 1,
        "product_view": 1,
        "command_status": 1,
    }
    assert (report.events, scene.told[-1], scene.scratch.prepared) == (26, (26, 26), True)


async def test_a_row_that_is_wrong_one_that_is_gone_and_one_too_many_are_found(scene: Scene) -> None:
    day = scene.live.texts(SALES_DAILY)[0]
    scene.live.put(SALES_DAILY, (*day[:2], "77", *day[3:]))
    scene.live.delete(ORDER_HISTORY, (OrderLife(1).order_id, "3"))
    scene.live.put(PRODUCT_VIEW, STRANGE)
    report = await scene.look()
    found = [(one.model.table, one.folded is None, one.stored is None) for one in report.found]
    assert found == [("order_history", False, True), ("sales_daily", False, False), ("product_view", True, False)]
    assert {table for table, count in report.different.items() if count} == {one[0] for one in found}
    assert (report.found[1].folded, report.rows["product_view"]) == (day, 2)


async def test_only_so_many_are_named_and_all_are_counted(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "KEPT", 5)
    for key in scene.live.texts(ORDER_HISTORY):
        scene.live.delete(ORDER_HISTORY, key[:2])
    report = await scene.look()
    assert (report.count, len(report.found)) == (24, 5)


async def test_it_is_mended_until_nothing_differs(scene: Scene) -> None:
    before = {model: scene.live.texts(model) for model in READ_MODELS}
    scene.live.put(PRODUCT_VIEW, STRANGE)
    scene.live.delete(ORDER_VIEW, (OrderLife(1).order_id,))
    day = scene.live.texts(SALES_DAILY)[0]
    scene.live.put(SALES_DAILY, (*day[:2], "77", *day[3:]))
    first, last = await verified(scene.verification(), mend=True)
    assert (first.count, first.mended, last.count) == (3, 3, 0)
    assert {model: scene.live.texts(model) for model in READ_MODELS} == before


async def test_what_a_projector_puts_back_is_seen_at_the_next_look_and_given_up_in_the_end(scene: Scene) -> None:
    versions = count(2)
    scene.live.put(PRODUCT_VIEW, STRANGE)
    scene.live.mending = lambda: scene.live.put(PRODUCT_VIEW, ("NONE", str(next(versions)), "true", "{}"))
    reports = await verified(scene.verification(), mend=True)
    assert [report.count for report in reports] == [1] * verifying.LOOKS
    assert [report.mended for report in reports] == [0] * verifying.LOOKS
    assert scene.live.texts(PRODUCT_VIEW)[0] == ("NONE", "4", "true", "{}")


async def test_what_is_applied_between_two_looks_is_folded_too(scene: Scene) -> None:
    verification = scene.verification()
    await verification.begin()
    assert (await verification.look()).events == 26
    await scene.happen(1, *life_of(9))
    report = await verification.look()
    assert (report.events, report.count, report.rows["order_view"]) == (34, 0, 4)


async def test_what_the_log_has_beyond_the_checkpoints_is_not_folded(scene: Scene) -> None:
    await scene.publish(0, *life_of(9))
    report = await scene.look()
    assert (report.events, report.count) == (26, 0)


async def test_whose_events_are_parked_is_set_aside_with_what_adds_up(scene: Scene) -> None:
    parked = OrderLife(99)
    events = [parked.created(line(1, "PEN")), parked.tell(orders.OrderConfirmed), parked.tell(orders.OrderConfirmed)]
    await scene.happen(1, events[0], events[2])
    scene.live.delete(ORDER_VIEW, (parked.order_id,))
    report = await scene.look()
    assert names_of(report.set_aside) == [f"order:{parked.order_id}"]
    assert (report.found, report.rows["order_view"], "sales_daily" in report.rows) == ([], 3, False)


async def test_without_checkpoints_there_is_nothing_to_be_verified() -> None:
    with pytest.raises(Unavailable, match="no checkpoints"):
        await Scene().look()


async def test_a_log_that_brings_nothing_is_given_up_with_the_reason(scene: Scene) -> None:
    scene.stream.lose(1, *range(1, 9))
    with pytest.raises(Unavailable, match=r"nothing has come of the log for 60 s: .*partition 1"):
        await scene.look()
    assert 60 < len(scene.told) < 70


async def test_a_log_of_another_epoch_is_not_what_was_applied(scene: Scene) -> None:
    await scene.scratch.open(2, 2)
    with pytest.raises(Unavailable, match="the log is in epoch 2, and 1 is applied"):
        await scene.look()
