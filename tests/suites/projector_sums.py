"""What every ReadStore does with rows that add up."""

from orders_contracts import orders
from tests.fakes.projector_events import Happening, NumberedLog, OrderLife, line
from tests.suites.projector_read_store import StoreWorld, apply, slice_of


def sale(life: OrderLife) -> list[Happening]:
    """An order that is confirmed, and nearly too dear for 64 bits."""
    created = life.created(line(1, "PEN", 2), item_count=2, total_cents=9 * 10**18)
    return [created, life.tell(orders.OrderConfirmed, status="CONFIRMED")]


class SumsSuite:
    """Inherit, and give a fixture `world`."""

    async def test_sums_of_several_batches_and_partitions_meet_in_one_row(self, world: StoreWorld) -> None:
        await world.store.open(1, 2)
        log, lives = NumberedLog(2), [OrderLife(number) for number in range(4)]
        for partition, life in enumerate(lives[:2]):
            assert await apply(world.store, slice_of(log.append(partition, sale(life)), partition=partition)) == set()
        ends = [slice_of(log.partitions[partition], partition=partition).end for partition in (0, 1)]
        more = [
            slice_of(log.append(partition, sale(life)), ends[partition], partition)
            for partition, life in enumerate(lives[2:])
        ]
        assert await apply(world.store, *more) == frozenset()
        documents = await world.documents()
        assert documents["sales_daily"] == [b"2026-11-22|EUR|4|8|36000000000000000000|0|0|0"]
        assert min(documents["customer_summary"]).split(b"|", 2)[1:] == [
            b"EUR",
            b"1|1|9000000000000000000|2026-11-22T08:00:01.000000Z",
        ]
