"""Serves replays: reads again from the log what a reader cannot find, and writes it into the reader's reply.

A reply is a chunk of one partition, in the entries of its stream: same ids, same `prev`. Nothing is remembered of it:
who asks again for the same reply gets what it lacks. Requests are served in turn, a chunk each, so that a projection
that is made anew does not hold up another one's hole.
"""

from collections.abc import Callable
from contextlib import aclosing

from orders_contracts.replay import ReplayRequest
from orders_contracts.streams import NO_EVENT
from outbox_relay.application.open_requests import OpenRequests
from outbox_relay.application.ports import Clock, LinkFailure, OutboxUnfit, Tick
from outbox_relay.application.replay_ports import (
    Part,
    Piece,
    ReplayLog,
    ReplayObserver,
    Replies,
    Requests,
    Serving,
)
from outbox_relay.application.sequencer import Sequencer


class Replayer:
    """Serves what is asked for of the partitions that the relay beside publishes; `serving` tells which those are."""

    def __init__(
        self,
        requests: Requests,
        log: ReplayLog,
        replies: Replies,
        serving: Callable[[], Serving | None],
        *,
        clock: Clock,
        observer: ReplayObserver,
    ) -> None:
        self._requests = requests
        self._log = log
        self._replies = replies
        self._serving = serving
        self._clock = clock
        self._observer = observer
        self._sequencer = Sequencer(log)
        self._open = OpenRequests(observer)

    async def turn(self, wait_seconds: float) -> bool:
        """Serve one request, having waited so long for one if none was open; True if one was answered.

        Raises LinkFailure: the request stays open until it is too old.
        """
        waiting = self._open.due(self._serving())
        self._open.file(await self._requests.read(0 if waiting else wait_seconds))
        serving = self._serving()
        request = self._open.due(serving)
        if request is None or serving is None or serving.newest is None:
            return False
        try:
            answered = await self._serve(request, serving.newest)
        except LinkFailure:
            self._open.put_off(request)
            raise
        self._open.done(request)
        return answered

    async def _serve(self, request: ReplayRequest, newest: Tick) -> bool:
        """Answer from the log up to the tick `newest`; False when there is nothing to say."""
        began = self._clock.monotonic()
        log = await self._log.open()
        last = min(request.first + request.count - 1, newest.heads[request.partition])
        if log.epoch != request.epoch or last < request.first:
            return False
        known = (await self._log.ticks([newest.number])).get(newest.number, ())
        if list(known) != list(newest.heads):
            raise OutboxUnfit(f"tick {newest.number} is not the one that was published")
        written = await self._write(request, last, newest)
        self._observer.replayed(request, written, self._clock.monotonic() - began)
        return True

    async def _write(self, request: ReplayRequest, last: int, newest: Tick) -> int:
        """The last sequence that the reply holds: less than `last` when the reply was lost under way."""
        # The event before the first is read too, for its id.
        sequence, prev, written = max(request.first - 1, 1), NO_EVENT, 0
        part = await self._part(request.partition, sequence, last, newest)
        async with aclosing(self._log.replay(part)) as pieces:
            async for rows in pieces:
                skipped = 1 if sequence < request.first else 0
                if skipped:
                    prev = rows[0][1]
                piece = Piece(sequence + skipped, prev, rows[skipped:])
                if piece.rows:
                    if not await self._replies.write(request.reply_to, piece, written):
                        # Deleted by its reader, or by an accident. Who still needs it asks again.
                        return written
                    written = sequence + len(rows) - 1
                sequence, prev = sequence + len(rows), rows[-1][1]
        if sequence != last + 1:
            raise OutboxUnfit(f"partition {request.partition} ends with {sequence - 1}, not with {last}")
        return written

    async def _part(self, partition: int, first: int, last: int, newest: Tick) -> Part:
        begin = (await self._sequencer.places({partition: first}, newest))[partition]
        end = (await self._sequencer.places({partition: last}, newest))[partition]
        return Part(partition, first, last, begin, end)
