"""Asks for events that cannot be found, and keeps to the rules of asking.

A partition has one open request at most. Who gets no answer asks again for the same reply, later and later: a second
reply under another name would only cost memory. A new name is for a reply that is read up, or has no use.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from orders_contracts.replay import ReplayRequest, reply_stream
from projector.application.looks import Turn
from projector.application.ports import Clock, EventStream, Journal, Unavailable

CHUNK: Final = 2_000
"""Events asked for at a time."""
FIRST_REST: Final = 1.0
LONGEST_REST: Final = 30.0
"""Seconds between two times of asking for the same."""
PATIENCE: Final = 10.0
"""Seconds without any answer after which people should know."""


@dataclass(slots=True)
class _Replay:
    """What one partition asks for. `answered`: some of it has come. `heard_at`: since when nothing has."""

    heard_at: float
    ask_at: float
    rest: float = FIRST_REST
    request: ReplayRequest | None = None
    answered: bool = False


class Replays:
    """The open requests of one projector, by partition."""

    def __init__(
        self,
        stream: EventStream,
        projection: str,
        clock: Clock,
        journal: Journal,
        unique: Callable[[], str] = lambda: uuid4().hex,
    ) -> None:
        self._stream = stream
        self._projection = projection
        self._clock = clock
        self._journal = journal
        self._unique = unique
        self._open: dict[int, _Replay] = {}
        self._aside: dict[int, ReplayRequest] = {}
        self._used: set[str] = set()
        self._failing = False

    async def ask(self, epoch: int, gaps: Mapping[int, int]) -> None:
        """Ask for what follows the sequences `gaps` of partitions, where it is time to. What is asked for elsewhere is
        let go.

        A stream that refuses is asked again like one that does not answer.
        """
        now = self._clock.monotonic()
        for number in self._open.keys() - gaps.keys():
            self._set_aside(number, self._open.pop(number))
        dues = (self._due(epoch, number, sequence, now) for number, sequence in gaps.items())
        requests = [request for request in dues if request is not None]
        if not requests:
            return
        try:
            await self._stream.ask(requests, tuple(self._used))
        except Unavailable as error:
            if not self._failing:
                self._journal.warned(f"no replay can be asked for: {error}")
            self._failing = True
        else:
            self._failing = False
            self._used.clear()
            self._journal.asked([request.partition for request in requests])

    def replies(self) -> Mapping[int, str]:
        """The names of the replies that may come, by partition."""
        return {number: one.request.reply_to for number, one in self._open.items() if one.request is not None}

    def follow(self, turn: Turn) -> bool:
        """Take note of what has come of replies. Answers whether one of them has no more to give."""
        ended = False
        for number, name in turn.replies.items():
            replay = self._open.get(number)
            if replay is not None and replay.request is not None and replay.request.reply_to == name:
                ended |= self._has_ended(replay, replay.request, turn)
        return ended

    def again(self) -> None:
        """What was asked may be lost: ask anew at the next occasion."""
        for replay in self._open.values():
            replay.ask_at, replay.rest = self._clock.monotonic(), FIRST_REST

    def silent(self, partition: int) -> bool:
        """Whether nothing has come for this partition for so long that people should know."""
        replay = self._open.get(partition)
        return replay is not None and self._clock.monotonic() - replay.heard_at >= PATIENCE

    def next_at(self) -> float:
        """When the next request is due, by the clock; infinity if none is."""
        return min((one.ask_at for one in self._open.values() if not one.answered), default=float("inf"))

    def _due(self, epoch: int, number: int, sequence: int, now: float) -> ReplayRequest | None:
        replay = self._open.get(number)
        if replay is None:
            replay = self._open[number] = _Replay(now, now, request=self._aside.pop(number, None))
        if replay.request is not None and not _fits(replay, replay.request, epoch, sequence):
            self._let_go(replay)
            replay.heard_at, replay.ask_at, replay.rest = now, now, FIRST_REST
        if replay.answered or now < replay.ask_at:
            return None
        if replay.request is None:
            replay.request = self._request(epoch, number, sequence + 1)
        replay.ask_at = now + replay.rest
        replay.rest = min(LONGEST_REST, replay.rest * 2)
        return replay.request

    def _request(self, epoch: int, number: int, first: int) -> ReplayRequest:
        return ReplayRequest(
            projection=self._projection,
            partition=number,
            epoch=epoch,
            first=first,
            count=CHUNK,
            reply_to=reply_stream(self._projection, number, self._unique()),
        )

    def _has_ended(self, replay: _Replay, request: ReplayRequest, turn: Turn) -> bool:
        judgement = turn.of(request.partition)
        if judgement is None:
            ended = replay.answered
        else:
            start, end = judgement.slice.start.sequence, judgement.slice.end.sequence
            if end > start:
                now = self._clock.monotonic()
                replay.answered, replay.heard_at, replay.ask_at, replay.rest = True, now, now, FIRST_REST
            whole = request.partition not in turn.full or end >= request.first + request.count - 1
            ended = whole or end == start
        if ended:
            self._let_go(replay)
        return ended

    def _let_go(self, replay: _Replay) -> None:
        """The next request gets a new name."""
        if replay.answered and replay.request is not None:
            self._used.add(replay.request.reply_to)
        replay.request, replay.answered = None, False

    def _set_aside(self, number: int, replay: _Replay) -> None:
        """The gap is closed. Should it open again at the same event, an answer may still come under the same name."""
        if replay.request is not None and not replay.answered:
            self._aside[number] = replay.request
        self._let_go(replay)


def _fits(replay: _Replay, request: ReplayRequest, epoch: int, sequence: int) -> bool:
    """Whether what was asked is what is missing. Another projector may have gone on beyond it."""
    return request.epoch == epoch and (replay.answered or request.first == sequence + 1)
