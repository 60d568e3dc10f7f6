"""What every ReadStore does."""

from collections.abc import Sequence
from typing import NoReturn, Protocol

import pytest

from orders_contracts.heads import Heads
from orders_contracts.streams import NO_EVENT
from orders_contracts.timestamps import timestamp
from projector.application.judgement import judge
from projector.application.log import Aggregate, Checkpoint, Entry, Move, Parked, Slice, Stored, readable
from projector.application.ports import ReadStore
from projector.application.projections.fold import Writes, fold, orders_to_load
from projector.application.projections.order_history import ORDER_HISTORY
from tests.fakes.projector_commands import CommandLife
from tests.fakes.projector_events import START, NumberedLog, ProductLife, life_of

BEGINNING = Checkpoint(0, NO_EVENT)
NOTHING = Writes({}, ())
AT = [timestamp(START.replace(minute=minute)) for minute in range(4)]


class StoreWorld(Protocol):
    """A store, and a view from outside."""

    @property
    def store(self) -> ReadStore:
        """What is under test."""
        ...

    async def documents(self) -> dict[str, list[bytes]]:
        """The documents of each table, in key order."""
        ...

    async def heads(self) -> tuple[Sequence[int], str, str | None] | None:
        """The sequences, `at` and `applied_at` that are kept."""
        ...


def slice_of(entries: Sequence[Entry], start: Checkpoint = BEGINNING, partition: int = 0) -> Slice:
    """The entries, judged to be all right."""
    return judge(partition, start, entries).slice


async def apply(store: ReadStore, *slices: Slice, epoch: int = 1, parked: int = 0) -> frozenset[int]:
    """Apply whole slices, as a projector does that believes so many events to be parked in each partition."""
    moves = [Move(piece.partition, piece.start.sequence, piece.end, parked) for piece in slices]
    return await store.apply(epoch, moves, orders_to_load(readable(slices)), lambda documents: fold(slices, documents))


class ReadStoreSuite:
    """Inherit, and give a fixture `world`."""

    async def test_a_new_projection_has_no_checkpoints(self, world: StoreWorld) -> None:
        assert await world.store.checkpoints() is None

    async def test_opening_makes_the_missing_checkpoints_at_0(self, world: StoreWorld) -> None:
        await world.store.open(1, 1)
        await apply(world.store, slice_of(NumberedLog().append(0, life_of(1)[:1])))
        opened = await world.store.open(1, 3)
        assert opened == await world.store.checkpoints()
        assert {number: checkpoint.sequence for number, checkpoint in opened.checkpoints.items()} == {0: 1, 1: 0, 2: 0}
        assert opened.checkpoints[2] == Checkpoint(0, NO_EVENT)

    async def test_a_batch_moves_its_checkpoints_and_writes_all_its_rows(self, world: StoreWorld) -> None:
        await world.store.open(1, 2)
        log = NumberedLog(2)
        orders = slice_of(log.append(0, [*life_of(1)[:2], *life_of(2)[:1], CommandLife().accepted()]))
        pens = slice_of(log.append(1, [ProductLife().tell()]), partition=1)
        assert await apply(world.store, orders, pens) == frozenset()
        stored = await world.store.checkpoints()
        assert stored is not None
        assert stored.checkpoints == {0: orders.end, 1: pens.end}
        counts = {table: len(documents) for table, documents in (await world.documents()).items()}
        assert counts == {
            "order_view": 2,
            "order_summary": 2,
            "order_history": 3,
            "product_view": 1,
            "command_status": 1,
            "customer_summary": 2,
            "sales_daily": 0,
        }

    async def test_a_big_batch_is_written_like_small_ones_or_not_at_all(self, world: StoreWorld) -> None:
        await world.store.open(1, 2)
        log = NumberedLog(2)
        many = slice_of(log.append(0, [event for name in range(100) for event in life_of(name)]))
        other = slice_of(log.append(1, life_of("other")), partition=1)
        await apply(world.store, other)
        before = await world.documents()
        assert await apply(world.store, many, other) == {1}
        assert await world.documents() == before
        assert await apply(world.store, many) == frozenset()
        stored, documents = await world.store.checkpoints(), await world.documents()
        assert stored is not None
        assert stored.checkpoints == {0: many.end, 1: other.end}
        expected = [row.doc for row in fold([many, other], ()).of(ORDER_HISTORY)]
        assert (documents["order_history"], len(documents["order_view"])) == (expected, 101)

    async def test_documents_come_back_as_they_were_written(self, world: StoreWorld) -> None:
        await world.store.open(1, 1)
        first = slice_of(NumberedLog().append(0, life_of(1)[:2]))
        await apply(world.store, first)
        seen: list[bytes] = []

        def look(documents: Sequence[bytes]) -> Writes:
            seen.extend(documents)
            return NOTHING

        order = life_of(1)[0].aggregate[1]
        await world.store.apply(1, [Move(0, 2, Checkpoint(3, "x"))], [order], look)
        assert seen == (await world.documents())["order_view"]

    async def test_a_checkpoint_that_somebody_else_moved_is_missed_and_nothing_is_written(
        self, world: StoreWorld
    ) -> None:
        await world.store.open(1, 2)
        log = NumberedLog(2)
        mine = slice_of(log.append(0, life_of(1)[:2]))
        other = slice_of(log.append(1, life_of(2)[:2]), partition=1)
        await apply(world.store, mine)
        before = await world.documents()
        assert await apply(world.store, mine, other) == {0}
        stored = await world.store.checkpoints()
        assert stored is not None
        assert stored.checkpoints[1] == Checkpoint(0, NO_EVENT)
        assert await world.documents() == before

    async def test_what_is_parked_is_counted_with_its_checkpoint_and_named(self, world: StoreWorld) -> None:
        await world.store.open(1, 2)
        life = life_of(1)
        assert await apply(world.store, slice_of(NumberedLog().append(0, [life[0], life[2], life[3]]))) == frozenset()
        stored = await world.store.checkpoints()
        assert stored is not None
        assert stored.checkpoints[0].sequence == 3
        assert stored.parked == {0: Parked(2, frozenset({Aggregate(*life[0].aggregate)}))}
        assert stored == await world.store.open(1, 2)

    async def test_a_checkpoint_with_other_events_parked_than_thought_is_missed(self, world: StoreWorld) -> None:
        await world.store.open(1, 1)
        life, log = life_of(1), NumberedLog()
        first = slice_of(log.append(0, [life[0], life[2]]))
        await apply(world.store, first)
        before = await world.documents()
        fitting, new = slice_of(log.append(0, [life[1]]), first.end), slice_of(log.append(0, life_of(2)), first.end)
        for piece in (fitting, new):
            for parked in (0, 2):
                assert await apply(world.store, piece, parked=parked) == {0}
        assert await world.documents() == before
        assert await apply(world.store, fitting, parked=1) == frozenset()

    async def test_a_higher_epoch_begins_with_empty_read_models(self, world: StoreWorld) -> None:
        await world.store.open(1, 2)
        life = life_of(1)
        poisoned = slice_of(NumberedLog().append(0, [life[0], life[2], ProductLife().tell()]))
        await apply(world.store, poisoned)
        await world.store.note_heads(Heads(epoch=1, tick=9, sequences=(9,), at=AT[3]), AT[2])
        stored = await world.store.restart(2, 2)
        assert stored == Stored(2, {0: BEGINNING, 1: BEGINNING})
        assert stored == await world.store.checkpoints()
        assert set(map(len, (await world.documents()).values())) == {0}
        assert await world.heads() is None
        assert await apply(world.store, slice_of(NumberedLog().append(0, life)), epoch=1) == {0}
        assert await apply(world.store, poisoned, epoch=2) == frozenset()
        again = await world.store.checkpoints()
        assert again is not None
        assert {number: parked.events for number, parked in again.parked.items()} == {0: 1}
        await world.store.note_heads(Heads(epoch=2, tick=1, sequences=(1,), at=AT[1]), None)
        assert await world.heads() == ((1,), AT[1], None)

    @pytest.mark.parametrize("epoch", [1, 2])
    async def test_an_epoch_that_is_begun_already_is_not_begun_again(self, world: StoreWorld, epoch: int) -> None:
        await world.store.restart(2, 2)
        piece = slice_of(NumberedLog().append(0, life_of(1)))
        await apply(world.store, piece, epoch=2)
        assert await world.store.restart(epoch, 2) == Stored(2, {0: piece.end, 1: BEGINNING})
        assert len((await world.documents())["order_history"]) == 8

    async def test_another_epoch_is_missed(self, world: StoreWorld) -> None:
        await world.store.open(1, 1)
        assert await apply(world.store, slice_of(NumberedLog().append(0, life_of(1))), epoch=2) == {0}

    async def test_a_fold_that_fails_leaves_all_as_it_was(self, world: StoreWorld) -> None:
        opened = await world.store.open(1, 1)

        def fail(_: Sequence[bytes]) -> NoReturn:
            raise KeyError("nothing of the kind")

        with pytest.raises(KeyError):
            await world.store.apply(1, [Move(0, 0, Checkpoint(1, "x"))], [], fail)
        assert await world.store.checkpoints() == opened
        assert await apply(world.store, slice_of(NumberedLog().append(0, life_of(1)))) == frozenset()

    async def test_heads_and_freshness_go_forward_only(self, world: StoreWorld) -> None:
        def heads(minute: int) -> Heads:
            return Heads(epoch=1, tick=minute, sequences=(minute, 7), at=AT[minute])

        await world.store.open(1, 2)
        assert await world.heads() is None
        await world.store.note_heads(heads(1), None)
        assert await world.heads() == ((1, 7), AT[1], None)
        await world.store.note_heads(heads(2), AT[1])
        await world.store.note_heads(heads(1), AT[0])
        assert await world.heads() == ((2, 7), AT[2], AT[1])
        await world.store.note_heads(heads(3), None)
        assert await world.heads() == ((3, 7), AT[3], AT[1])

    async def test_heads_of_another_epoch_are_not_kept(self, world: StoreWorld) -> None:
        await world.store.open(1, 2)
        await world.store.restart(2, 2)
        await world.store.note_heads(Heads(epoch=1, tick=9, sequences=(9, 7), at=AT[3]), AT[3])
        assert await world.heads() is None
        await world.store.note_heads(Heads(epoch=2, tick=1, sequences=(0, 0), at=AT[1]), None)
        assert await world.heads() == ((0, 0), AT[1], None)
