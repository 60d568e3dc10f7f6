"""What commands leave in the read models, and what becomes of those of their events that do not fit, on every store."""

from typing import Final

from projector.application import parking
from projector.application.log import Aggregate
from projector.application.projections.fold import WAITS
from tests.fakes.projector_commands import CommandLife
from tests.fakes.projector_events import Happening, ProductLife, life_of
from tests.fakes.projector_ports import RecordingJournal
from tests.suites.projector_parked import ParkingWorld, left, older_version, projected

ACCEPTED, SUCCEEDED = "orders.CommandAccepted.v1", "orders.CommandSucceeded.v1"
_ENDS: Final = (b'"status":"succeeded"', b'"status":"failed"')


def both(name: object) -> list[Happening]:
    """A command that is accepted and succeeds."""
    command = CommandLife(name)
    return [command.accepted(), command.succeeded()]


def command(name: object) -> Aggregate:
    """The command of that name."""
    return Aggregate("command", CommandLife(name).command_id)


async def statuses(world: ParkingWorld) -> list[bytes]:
    """The documents of all commands, in key order."""
    return (await world.documents())["command_status"]


class CommandStatusSuite:
    """Inherit, and give a fixture `world`, empty, and `whole`, another that holds the documents to compare with."""

    async def test_what_became_of_commands_is_kept_beside_all_else(self, world: ParkingWorld) -> None:
        one, two, three = CommandLife(1), CommandLife(2), CommandLife(3)
        first = [one.accepted(), two.accepted(), three.accepted(), life_of(1)[0]]
        projector, log = await projected(world, first)
        assert [b'"status":"accepted"' in document for document in await statuses(world)] == [True] * 3
        await projector.apply(log.append(0, [two.failed(code="empty_order"), ProductLife().tell(), one.succeeded()]))
        documents = await statuses(world)
        assert len(documents) == 3
        assert [sum(end in document for document in documents) for end in _ENDS] == [1, 1]
        counts = {table: len(found) for table, found in (await world.documents()).items()}
        assert counts == {
            "order_view": 1,
            "order_summary": 1,
            "order_history": 1,
            "product_view": 1,
            "command_status": 3,
            "customer_summary": 1,
            "sales_daily": 0,
        }

    async def test_an_event_of_a_command_that_is_not_known_yet_parks_that_command_only(
        self, world: ParkingWorld, whole: ParkingWorld
    ) -> None:
        with older_version(ACCEPTED):
            await projected(world, [*both(1), life_of(1)[0], CommandLife(2, version=1).failed()])
        assert await left(world) == [(1, f"unknown type {ACCEPTED}"), (2, WAITS)]
        assert len(await statuses(world)) == 1
        assert await parking.retry(world.lot) == 2
        assert await left(world) == []
        await projected(whole, [*both(1), life_of(1)[0], CommandLife(2, version=1).failed()])
        assert await world.documents() == await whole.documents()

    async def test_after_a_drop_the_end_of_a_command_is_applied_without_its_beginning(
        self, world: ParkingWorld, whole: ParkingWorld
    ) -> None:
        with older_version(ACCEPTED):
            await projected(world, both(1))
        assert await parking.drop(world.lot, RecordingJournal(), [command(1)], "nobody waits for it") == 1
        assert await parking.retry(world.lot) == 1
        await projected(whole, both(1))
        assert await statuses(world) == await statuses(whole)

    async def test_after_a_drop_with_nothing_behind_it_a_command_stays_as_it_was(self, world: ParkingWorld) -> None:
        with older_version(SUCCEEDED):
            await projected(world, both(1))
        assert await parking.drop(world.lot, RecordingJournal(), None, "was undone by hand") == 1
        assert await left(world) == []
        assert [b'"status":"accepted"' in document for document in await statuses(world)] == [True]

    async def test_a_beginning_that_comes_after_the_end_changes_nothing(self, world: ParkingWorld) -> None:
        accepted, succeeded = both(1)
        projector, log = await projected(world, [succeeded])
        before = await statuses(world)
        await projector.apply(log.append(0, [accepted]))
        assert await statuses(world) == before
        assert _ENDS[0] in before[0]

    async def test_what_comes_twice_is_applied_once(self, world: ParkingWorld) -> None:
        projector, log = await projected(world, both(1))
        before = await statuses(world)
        await projector.apply(log.partitions[0])
        assert (await statuses(world), projector.journal.batches) == (before, [2])

    async def test_a_new_epoch_knows_no_command_of_the_old(self, world: ParkingWorld) -> None:
        await projected(world, both(1))
        assert (await world.store.restart(2, 1)).epoch == 2
        assert await statuses(world) == []
