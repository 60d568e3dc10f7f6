"""What becomes of poison and of what comes behind it, on every ReadStore and ParkingLot."""

from orders_contracts import orders
from projector.application import parking
from projector.application.log import UNKNOWN, Aggregate, ParkedEvent
from projector.application.projections.fold import WAITS
from tests.fakes.projector_events import Happening, OrderLife, ProductLife, life_of
from tests.fakes.projector_ports import RecordingJournal
from tests.suites.projector_parked import (
    LISTED,
    REMOVED,
    TOO_BIG,
    ParkingWorld,
    Projector,
    left,
    mixed,
    older_version,
    order,
    projected,
    sequences_left,
    stands_at,
)


class ParkingSuite:
    """Inherit, and give a fixture `world`, empty, and `whole`, another that holds the documents to compare with."""

    async def test_poison_parks_its_aggregate_and_everybody_else_flows_on(
        self, world: ParkingWorld, whole: ParkingWorld
    ) -> None:
        with older_version(REMOVED):
            projector, _ = await projected(world, poisoned())
        assert await left(world) == [(4, f"unknown type {REMOVED}"), (6, WAITS), (8, WAITS)]
        assert await stands_at(world) == 9
        await projected(whole, [one for one in poisoned() if one.aggregate[1] != order(1).id or one.version < 3])
        assert await world.documents() == await whole.documents()
        assert [event.sequence for event in projector.journal.parkings] == [4, 6, 8]
        assert projector.journal.batches == [6]

    async def test_what_is_parked_is_listed_with_all_that_is_known_of_it(self, world: ParkingWorld) -> None:
        happenings = [*life_of(1)[:4], ProductLife().tell()]
        with older_version(REMOVED, LISTED):
            await projected(world, happenings)
        everything = await world.lot.parked(None)
        removed, waiting, listed = [event._replace(parked_at="") for event in everything]
        event_id = happenings[2].event_id
        assert removed == ParkedEvent(0, 3, event_id, order(1), 3, REMOVED, b"", f"unknown type {REMOVED}")
        assert (waiting.version, waiting.type, waiting.reason) == (4, "orders.ShippingAddressSet.v1", WAITS)
        assert (listed.aggregate, listed.version) == (Aggregate("product", "PEN-1"), 1)
        assert {event.parked_at[-1:] for event in everything} == {"Z"}
        assert list(await world.lot.parked([order(1)])) == list(everything[:2])
        assert list(await world.lot.parked([order(2)])) == []

    async def test_what_comes_later_of_a_parked_aggregate_is_parked_by_whoever_reads_it(
        self, world: ParkingWorld
    ) -> None:
        with older_version(REMOVED):
            projector, log = await projected(world, life_of(1)[:3])
        await projector.apply(log.append(0, life_of(1)[3:5]))
        another = Projector(world.store)
        await another.apply(log.append(0, [life_of(1)[5], *life_of(2)]))
        assert await sequences_left(world) == [3, 4, 5, 6]
        assert await stands_at(world) == 14
        assert another.journal.batches == [8]

    async def test_bytes_that_tell_nothing_are_parked_and_so_is_what_does_not_fit_behind_them(
        self, world: ParkingWorld
    ) -> None:
        life = life_of(1)[:5]
        life[2].data = b"\0\xff"
        await projected(world, [*life, *life_of(2)])
        broken, *others = await world.lot.parked(None)
        assert (broken.aggregate, broken.version, broken.type) == (UNKNOWN, None, "")
        assert [(event.aggregate, event.version) for event in others] == [(order(1), 4), (order(1), 5)]
        assert "version 4 of order" in others[0].reason
        assert await parking.drop(world.lot, RecordingJournal(), [UNKNOWN], "a broken disk") == 1
        assert await parking.retry(world.lot) == 0
        assert await parking.drop(world.lot, RecordingJournal(), [order(1)], "its neighbour") == 1
        assert await parking.retry(world.lot) == 1
        assert await left(world) == []

    async def test_what_the_database_refuses_is_found_among_the_others_and_parked(self, world: ParkingWorld) -> None:
        big = OrderLife("big")
        happenings = [
            big.created(),
            big.tell(orders.OrderConfirmed, total_cents=TOO_BIG),
            big.tell(orders.OrderCompleted),
        ]
        projector, log = await projected(world, [*life_of(1)[:3], *happenings, *life_of(1)[3:], *life_of(2)])
        assert not projector.journal.stops
        assert await projector.apply(log.partitions[0])
        (blamed, reason), waiting = await left(world)
        assert (blamed, reason.startswith("refused by the read database: ")) == (5, True)
        assert waiting == (6, WAITS)
        assert await stands_at(world) == 19
        counts = {table: len(documents) for table, documents in (await world.documents()).items()}
        assert counts == {
            "order_view": 3,
            "order_summary": 3,
            "order_history": 17,
            "product_view": 0,
            "command_status": 0,
            "customer_summary": 3,
            "sales_daily": 1,
        }

    async def test_what_an_event_says_of_itself_never_keeps_it_from_being_parked(self, world: ParkingWorld) -> None:
        weird = life_of(1)[0]
        weird.data = (
            b"""{"type":"a\\u0000b","subject":"c\\u0000","aggregatetype":"d\\u0000","aggregateversion":%d}""" % (10**30)
        )
        _, log = await projected(world, [weird, weird, *life_of(2)])
        assert await sequences_left(world) == [1, 2]
        assert await stands_at(world) == len(log.partitions[0])

    async def test_a_projector_that_did_not_see_a_verb_misses_its_checkpoint_and_looks_again(
        self, world: ParkingWorld
    ) -> None:
        with older_version(REMOVED):
            projector, log = await projected(world, mixed(life_of(1)[:4], life_of(2)[:4]))
        assert await parking.retry(world.lot, [order(1)]) == 2
        log.append(0, [life_of(1)[4], life_of(2)[4]])
        assert not await projector.apply(log.partitions[0])
        assert projector.journal.outruns == [[0]]
        assert await projector.apply(log.partitions[0])
        assert await sequences_left(world) == [6, 8, 10]
        assert await parking.retry(world.lot) == 3


def poisoned() -> list[Happening]:
    """Nine events of two orders and a product; the fourth is poison to who does not know its type."""
    one, two = life_of(1), life_of(2)
    return [one[0], one[1], two[0], one[2], two[1], one[3], ProductLife().tell(), one[4], OrderLife(3).created()]
