"""What retry and drop do, on every ReadStore and ParkingLot."""

import pytest

from orders_contracts import codec, orders
from projector.application import parking
from projector.application.projections.fold import WAITS
from tests.fakes.projector_events import OrderLife, ProductLife, life_of
from tests.fakes.projector_ports import RecordingJournal
from tests.suites.projector_parked import (
    REMOVED,
    SHIPPED,
    TOO_BIG,
    ParkingWorld,
    left,
    mixed,
    older_version,
    order,
    projected,
    sequences_left,
    stands_at,
)


class VerbsSuite:
    """Inherit, and give a fixture `world`, empty, and `whole`, another that holds the documents to compare with."""

    async def test_retry_after_an_upgrade_applies_all_in_order(self, world: ParkingWorld, whole: ParkingWorld) -> None:
        lives = mixed(life_of(1), life_of(2))
        with older_version(REMOVED, SHIPPED):
            _, log = await projected(world, lives)
        assert len(await left(world)) == 12
        assert await parking.retry(world.lot) == 12
        assert await left(world) == []
        await projected(whole, lives)
        assert await world.documents() == await whole.documents()
        assert await stands_at(world) == len(log.partitions[0])

    async def test_retry_goes_on_to_the_first_that_still_cannot_be_applied(self, world: ParkingWorld) -> None:
        with older_version(REMOVED, SHIPPED):
            await projected(world, mixed(life_of(1), life_of(2)))
        with older_version(SHIPPED):
            assert await parking.retry(world.lot) == 6
        assert (await left(world))[:3] == [
            (11, f"unknown type {SHIPPED}"),
            (12, f"unknown type {SHIPPED}"),
            (13, WAITS),
        ]

    async def test_retry_of_what_cannot_be_applied_yet_changes_nothing(self, world: ParkingWorld) -> None:
        with older_version(REMOVED):
            await projected(world, life_of(1))
            before = await world.documents(), await left(world)
            assert await parking.retry(world.lot) == 0
        assert (await world.documents(), await left(world)) == before

    async def test_retry_and_drop_are_for_those_who_are_named(self, world: ParkingWorld) -> None:
        with older_version(REMOVED):
            await projected(world, mixed(life_of(1)[:3], life_of(2)[:3], life_of(3)[:3]))
        assert await parking.retry(world.lot, [order(2), order(7)]) == 1
        assert await parking.drop(world.lot, RecordingJournal(), [order(1)], "for no good reason") == 1
        assert [event.aggregate for event in await world.lot.parked(None)] == [order(3)]

    @pytest.mark.parametrize("chunk", [1, 2, 3, 7])
    async def test_more_than_one_transaction_holds_is_retried_piece_by_piece(
        self, world: ParkingWorld, whole: ParkingWorld, chunk: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(parking, "CHUNK", chunk)
        lives = mixed(life_of(1), life_of(2), life_of(3))
        with older_version(REMOVED, SHIPPED):
            await projected(world, lives)
        with older_version(SHIPPED):
            assert await parking.retry(world.lot) == 9
            reasons = [reason for _, reason in await left(world)]
            assert reasons == [f"unknown type {SHIPPED}"] * 3 + [WAITS] * 6
        assert await parking.retry(world.lot) == 9
        await projected(whole, lives)
        assert await world.documents() == await whole.documents()

    async def test_after_a_drop_the_next_events_apply_to_what_stands_there(self, world: ParkingWorld) -> None:
        with older_version(REMOVED):
            projector, log = await projected(world, life_of(1)[:6])
            journal = RecordingJournal()
            assert await parking.drop(world.lot, journal, [order(1)], "was sent twice") == 1
            assert journal.drops == [(3, "was sent twice")]
            assert await sequences_left(world) == [4, 5, 6]
            assert await parking.retry(world.lot) == 3
            await projector.begin()
            await projector.apply(log.append(0, life_of(1)[6:]))
        assert await left(world) == []
        documents = await world.documents()
        assert b'"status":"COMPLETED","version":8' in documents["order_view"][0]
        assert len(documents["order_history"]) == 7

    async def test_after_a_drop_with_nothing_behind_it_the_order_takes_its_next_event(
        self, world: ParkingWorld
    ) -> None:
        with older_version(REMOVED):
            projector, log = await projected(world, life_of(1)[:3])
            await parking.drop(world.lot, RecordingJournal(), None, "why not")
        assert b'"version":3' in (await world.documents())["order_summary"][0]
        await projector.begin()
        await projector.apply(log.append(0, life_of(1)[3:]))
        assert await left(world) == []

    async def test_the_whole_of_what_is_parked_of_an_aggregate_can_be_dropped(self, world: ParkingWorld) -> None:
        with older_version(REMOVED):
            projector, log = await projected(world, life_of(1)[:6])
        assert await parking.drop(world.lot, RecordingJournal(), None, "gone", whole=True) == 4
        await projector.begin()
        await projector.apply(log.append(0, life_of(1)[7:]))
        assert [sequence for sequence, _ in await left(world)] == [7]
        assert len((await world.documents())["order_history"]) == 2

    async def test_an_order_whose_creation_was_dropped_is_never_shown(self, world: ParkingWorld) -> None:
        with older_version("orders.OrderCreated.v1"):
            await projected(world, life_of(1)[:2])
        await parking.drop(world.lot, RecordingJournal(), None, "unlucky")
        assert await parking.retry(world.lot) == 0
        ((_, reason),) = await left(world)
        assert "before the order was created" in reason
        assert (await world.documents())["order_view"] == []

    async def test_an_older_event_of_a_product_that_is_retried_late_changes_nothing(self, world: ParkingWorld) -> None:
        pen = ProductLife()
        first, second = pen.tell(on_hand=1), pen.tell(on_hand=2)
        data, first.data = first.data, b"{}"
        await projected(world, [first, second])
        before = await world.documents()
        with pytest.MonkeyPatch.context() as upgrade:
            upgrade.setattr(parking, "read_event", lambda _: codec.decode_event(data))
            assert await parking.retry(world.lot) == 1
        assert await left(world) == []
        assert await world.documents() == before

    async def test_what_the_database_still_refuses_holds_up_no_other_aggregate(self, world: ParkingWorld) -> None:
        big = OrderLife("big")
        happenings = [
            big.created(),
            big.tell(orders.OrderConfirmed, total_cents=TOO_BIG),
            big.tell(orders.OrderCompleted),
        ]
        with older_version("orders.OrderConfirmed.v1"):
            await projected(world, [*life_of(1), *happenings, *life_of(2)])
        assert await parking.retry(world.lot) == 8
        (blamed, reason), waiting = await left(world)
        assert (blamed, reason.startswith("refused by the read database: ")) == (10, True)
        assert waiting == (11, WAITS)

    async def test_of_an_event_that_waits_the_verbs_take_nothing_out_of_turn(self, world: ParkingWorld) -> None:
        with older_version(REMOVED):
            await projected(world, life_of(1))
            for _ in range(2):
                assert await parking.retry(world.lot) == 0
        assert await sequences_left(world) == [3, 4, 5, 6, 7, 8]
