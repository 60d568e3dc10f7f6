"""Turns what happens into log lines, figures and readiness."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge

from outbox_relay.adapters.progress import Progress
from outbox_relay.application.ports import Last, LinkFailure, Span, Stand

STALLED_SECONDS: Final = 5.0
"""A relay that has got nowhere for so long is not ready, whatever it is waiting for."""


class Telemetry:
    """An observer; `monotonic` tells seconds."""

    def __init__(self, registry: CollectorRegistry, monotonic: Callable[[], float]) -> None:
        self._log = structlog.get_logger()
        self._monotonic = monotonic
        self._progress = Progress(monotonic)
        self._mine: frozenset[int] | None = None
        self._failure: str | None = "starting"
        self._stopped: dict[int, str] = {}
        self._moved_at = self._passed_at = monotonic()
        self._waiting: tuple[float, float] | None = None
        self._events = Counter("relay_events_published", "Events written to streams", ["partition"], registry=registry)
        self._batches = Counter("relay_batches_published", "Batches written to streams", registry=registry)
        self._refused = Counter("relay_publishes_refused", "Batches a stream was not ready for", registry=registry)
        self._ticks = Counter("relay_ticks", "Ticks seen for the first time", registry=registry)
        self._tick = Gauge("relay_tick", "The newest tick", registry=registry)
        self._halted = Gauge("relay_partition_stopped", "1: a person must look", ["partition"], registry=registry)
        self._failures = Counter("relay_failures", "Times the relay could not go on", ["kind"], registry=registry)
        age = Gauge("relay_outbox_age_seconds", "Age of the oldest event that is not published", registry=registry)
        age.set_function(self._age)
        idle = Gauge("relay_last_pass_seconds", "Since all that there was had been published", registry=registry)
        idle.set_function(lambda: monotonic() - self._passed_at)

    def reasons(self) -> list[str]:
        """Why the relay is not ready; none when it is."""
        reasons = [f"partition {partition} is stopped: {reason}" for partition, reason in sorted(self._stopped.items())]
        if self._failure:
            reasons.append(self._failure)
        elif (stalled := self._monotonic() - self._moved_at) > STALLED_SECONDS:
            reasons.append(f"nothing has moved for {stalled:.0f} s")
        return reasons

    def status(self) -> dict[str, Any]:
        """What the relay is doing, ready to be written as JSON."""
        return self._progress.status(self._stopped)

    def ticked(self, number: int) -> None:
        """A tick was seen for the first time."""
        self._ticks.inc()
        self._tick.set(number)

    def published(self, spans: Sequence[Span]) -> None:
        """These events are in their streams."""
        total = 0
        for partition, first, last in spans:
            total += last - first + 1
            self._events.labels(partition).inc(last - first + 1)
        self._progress.published(total)
        self._batches.inc()
        self._works()
        self._log.info(
            "published", events=total, partitions={str(span.partition): [span.first, span.last] for span in spans}
        )

    def refused(self, partition: int, last: Last) -> None:
        """A stream ended otherwise than expected."""
        self._refused.inc()
        self._log.warning("publish_refused", partition=partition, stream_ends_with=last.entry)

    def stopped(self, partition: int, reason: str) -> None:
        """Nothing is published to this partition until a person has looked."""
        if self._stopped.get(partition) != reason:
            self._log.error("partition_stopped", partition=partition, reason=reason)
        self._stopped[partition] = reason
        self._halted.labels(partition).set(1)

    def going(self, partitions: Sequence[int]) -> None:
        """These partitions are published to."""
        for partition in partitions:
            self._halted.labels(partition).set(0)
            if self._stopped.pop(partition, None):
                self._log.warning("partition_going", partition=partition)

    def stands(self, stand: Stand) -> None:
        """Once a second, also in the middle of a backlog."""
        if stand.mine != self._mine:
            self._mine = stand.mine
            self._log.info("partitions_shared", mine=sorted(stand.mine), of=len(stand.logged))
        if pace := self._progress.stands(stand, self._stopped):
            self._log.info(
                "backlog",
                remaining=pace.remaining,
                events_per_second=round(pace.events_per_second),
                seconds_left=round(pace.seconds_left, 1),
            )

    def waiting(self, seconds: float) -> None:
        """The oldest event that is not published has this age now."""
        self._waiting = (seconds, self._monotonic()) if seconds else None

    def passed(self) -> None:
        """All that there was has been published."""
        self._works()
        self._passed_at = self._moved_at
        self._waiting = None

    def failed(self, failure: LinkFailure) -> None:
        """The relay could not go on."""
        reason = str(failure)
        self._failures.labels(type(failure).__name__).inc()
        if reason != self._failure:
            self._log.warning("link_failed", reason=reason)
        self._failure = reason

    def _works(self) -> None:
        """Only what went through ends a failure: taking bearings does not show that a stream can be written."""
        self._moved_at = self._monotonic()
        if self._failure:
            self._log.warning("link_working", after=self._failure)
            self._failure = None

    def _age(self) -> float:
        if self._waiting is None:
            return 0.0
        seconds, at = self._waiting
        return seconds + self._monotonic() - at
