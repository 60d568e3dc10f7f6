"""Bugs to plant in the services, or in what their scripts and statements stand for. Each takes out one rule."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import pytest

from orders_contracts.heads import Heads
from orders_contracts.replay import ReplayRequest
from outbox_relay.application.ports import Batch, Last, Row
from outbox_relay.application.standing import Standing
from projector.application import judgement
from projector.application.consumer import Consumer
from projector.application.judgement import Judgement
from projector.application.log import Checkpoint, Entry, Move, Stored
from projector.application.ports import Unavailable
from projector.application.projections.fold import Writes
from projector.application.replay import Replays
from tests.fakes.relay_log import InMemoryDatabase
from tests.model.read_side import ReadConnection, ReadDatabase
from tests.model.server import Server
from tests.model.stepping import call

Bug = Callable[[pytest.MonkeyPatch], None]
JUDGE: Final = "projector.application.looks.judge"


def prev_is_not_compared(patch: pytest.MonkeyPatch) -> None:
    def judge(partition: int, checkpoint: Checkpoint, entries: Sequence[Entry], *, replayed: bool) -> Judgement:
        made, last = list[Entry](), checkpoint
        for entry in entries:
            follows = entry.sequence == last.sequence + 1
            made.append(entry._replace(prev=last.event_id) if follows else entry)
            last = Checkpoint(entry.sequence, entry.event_id) if follows else last
        return judgement.judge(partition, checkpoint, made, replayed=replayed)

    patch.setattr(JUDGE, judge)


def a_gap_is_skipped(patch: pytest.MonkeyPatch) -> None:
    def judge(partition: int, checkpoint: Checkpoint, entries: Sequence[Entry], *, replayed: bool) -> Judgement:
        made, last = list[Entry](), checkpoint
        for entry in entries:
            if entry.sequence > last.sequence:
                made.append(entry._replace(sequence=last.sequence + 1, prev=last.event_id))
                last = Checkpoint(last.sequence + 1, entry.event_id)
        return judgement.judge(partition, checkpoint, made, replayed=replayed)

    patch.setattr(JUDGE, judge)


def checkpoints_are_set_without_a_compare(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ReadDatabase, "stands", lambda self, epoch, move: True)


def checkpoints_move_after_the_rows_are_committed(patch: pytest.MonkeyPatch) -> None:
    def rows(self: ReadDatabase, epoch: int, moves: Sequence[Move], writes: Writes) -> frozenset[int]:
        before = dict(self.checkpoints)
        missed = apply(self, epoch, moves, writes)
        self.checkpoints = before
        return missed

    async def in_two(
        self: ReadConnection, epoch: int, moves: Sequence[Move], orders: Sequence[str], fold: Callable[..., Writes]
    ) -> frozenset[int]:
        writes, database = fold([]), self._database
        missed = await call(Unavailable, lambda: rows(database, epoch, moves, writes))
        moved = {} if missed else {move.partition: move.becomes for move in moves}
        await call(Unavailable, lambda: database.checkpoints.update(moved))
        return missed

    apply = ReadDatabase.apply
    patch.setattr(ReadConnection, "apply", in_two)


def a_late_relay_is_not_fenced(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Server, "fits", lambda self, end, batch: True)


def heads_are_told_before_their_events(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        "outbox_relay.application.herald.Heads", lambda **said: Heads(**(said | {"sequences": said["logged"]}))
    )


def replies_share_one_name(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        "projector.application.replay.reply_stream",
        lambda projection, partition, unique: f"cqrs:replay:{projection}:{partition}",
    )


def what_the_slowest_group_has_not_passed_is_trimmed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Server, "passed", lambda self, stream: stream.last)


def no_replay_is_asked_for(patch: pytest.MonkeyPatch) -> None:
    async def ask(self: Replays, epoch: int, gaps: Mapping[int, int]) -> None:
        """Never."""

    patch.setattr(Replays, "ask", ask)


def a_replay_is_asked_for_once_only(patch: pytest.MonkeyPatch) -> None:
    def due(self: Replays, epoch: int, number: int, sequence: int, now: float) -> ReplayRequest | None:
        request = first(self, epoch, number, sequence, now)
        if request is not None:
            self._open[number].ask_at = float("inf")
        return request

    first = Replays._due
    patch.setattr(Replays, "_due", due)
    patch.setattr(Replays, "again", lambda self: None)


def heads_are_not_compared_with_what_came(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Consumer, "_suspect", lambda self, progress, turn: None)


def the_relay_trusts_its_own_cursor(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Standing, "ends_with", lambda self, end: True)


def full_memory_is_swallowed(patch: pytest.MonkeyPatch) -> None:
    def swallow(self: Server, epoch: int, batch: Batch) -> Last | None:
        return None if self.state == "full" else publish(self, epoch, batch)

    publish = Server.publish
    patch.setattr(Server, "publish", swallow)


def a_tick_is_ordered_by_transaction(patch: pytest.MonkeyPatch) -> None:
    def of_tick(self: InMemoryDatabase, number: int) -> list[Row]:
        known = {row.row[1]: (row.xid, row.position) for row in self.rows}
        return sorted(by_position(self, number), key=lambda row: known[row[1]])

    by_position = InMemoryDatabase.of_tick
    patch.setattr(InMemoryDatabase, "of_tick", of_tick)


def a_new_epoch_does_not_empty_the_read_model(patch: pytest.MonkeyPatch) -> None:
    def restart(self: ReadDatabase, epoch: int, partitions: int) -> Stored:
        self.epoch = max(self.epoch, epoch)
        return self.open(epoch, partitions)

    patch.setattr(ReadDatabase, "restart", restart)
