"""What the projector tells people: log lines and Prometheus figures."""

from collections import Counter as Tally
from collections.abc import Mapping, Sequence
from typing import Final

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from orders_contracts.codec import Event
from orders_contracts.timestamps import moment
from projector.application.log import Pace, ParkedEvent
from projector.application.ports import Clock

_BUCKETS: Final = (0.001, 0.002, 0.003, 0.004, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
"""Seconds, fine where the promise lies (5 ms in the middle, 15 ms for all but one in a hundred)."""


class Telemetry:
    """The journal, kept with structlog and prometheus_client."""

    def __init__(self, clock: Clock, registry: CollectorRegistry) -> None:
        self._clock = clock
        self._log = structlog.get_logger()
        self._fresh_at: float | None = None
        self._events = Counter("projector_events_applied", "Events applied.", ["type"], registry=registry)
        self._batches = Counter("projector_batches", "Transactions committed.", registry=registry)
        self._skipped = Counter("projector_events_skipped", "Events met again.", registry=registry)
        self._outrun = Counter("projector_batches_outrun", "Checkpoints somebody else moved first.", registry=registry)
        self._seconds = Histogram(
            "projector_batch_seconds", "Time of a transaction.", buckets=_BUCKETS, registry=registry
        )
        self._visible = Histogram(
            "projector_commit_to_visible_seconds",
            "From command to read model, but for replays.",
            buckets=_BUCKETS,
            registry=registry,
        )
        self._lag = Gauge("projector_lag_events", "Published, not applied.", ["partition"], registry=registry)
        self._gap = Gauge("projector_gap", "1: the next event is not in the stream.", ["partition"], registry=registry)
        self._stopped = Gauge("projector_stopped", "1: waits for a person.", ["partition"], registry=registry)
        self._gaps = Counter("projector_gaps", "Gaps found.", registry=registry)
        self._asked = Counter("projector_replay_requests", "Replays asked for, each time.", registry=registry)
        self._replayed = Counter("projector_replayed_events", "Events applied out of replays.", registry=registry)
        self._mine = Gauge("projector_partitions", "Partitions of this projector.", registry=registry)
        self._parked = Gauge("projector_parked_events", "Set apart.", ["partition"], registry=registry)
        behind = Gauge("projector_seconds_behind", "Age of what is wholly applied.", registry=registry)
        behind.set_function(self._seconds_behind)

    def applied(
        self, events: Sequence[Event], news: Sequence[Event], sequences: Mapping[int, int], seconds: float
    ) -> None:
        """See Journal."""
        now = self._clock.now().timestamp()
        types = Tally(envelope.type for envelope, _ in events)
        correlations: dict[str, None] = {}
        for envelope, _ in news:
            self._visible.observe(now - moment(envelope.time).timestamp())
            if envelope.correlationid is not None:
                correlations[envelope.correlationid] = None
        for type_, count in types.items():
            self._events.labels(type_).inc(count)
        self._batches.inc()
        self._seconds.observe(seconds)
        self._log.info(
            "batch_applied",
            events=types.total(),
            partitions={str(partition): sequence for partition, sequence in sequences.items()},
            correlation_ids=list(correlations),
            seconds=round(seconds, 6),
        )

    def parked(self, events: Sequence[ParkedEvent]) -> None:
        """See Journal."""
        for event in events:
            self._log.warning("event_parked", **_of(event), reason=event.reason)

    def dropped(self, events: Sequence[ParkedEvent], reason: str) -> None:
        """See Journal."""
        for event in events:
            self._log.warning("event_dropped", **_of(event), reason=reason, was_parked_for=event.reason)

    def skipped(self, partition: int, events: int) -> None:
        """See Journal."""
        self._skipped.inc(events)
        self._log.debug("events_skipped", partition=partition, events=events)

    def outrun(self, partitions: Sequence[int]) -> None:
        """See Journal."""
        self._outrun.inc(len(partitions))
        self._log.info("batch_outrun", partitions=list(partitions))

    def progress(self, partition: int, sequence: int, head: int, parked: int) -> None:
        """See Journal."""
        self._parked.labels(str(partition)).set(parked)
        self._lag.labels(str(partition)).set(max(0, head - sequence))

    def fresh(self, at: str) -> None:
        """See Journal."""
        self._fresh_at = moment(at).timestamp()

    def waiting(self, partition: int, reason: str | None) -> None:
        """See Journal."""
        self._gap.labels(str(partition)).set(reason is not None)
        self._gaps.inc(reason is not None)
        self._log.warning("gap_found" if reason else "gap_closed", partition=partition, reason=reason)

    def asked(self, partitions: Sequence[int]) -> None:
        """See Journal."""
        self._asked.inc(len(partitions))
        self._log.info("replay_asked", partitions=list(partitions))

    def replayed(self, events: int) -> None:
        """See Journal."""
        self._replayed.inc(events)

    def replaying(self, pace: Pace) -> None:
        """See Journal."""
        self._log.info(
            "replaying", events_per_second=pace.rate, remaining=pace.remaining, seconds_left=pace.seconds_left
        )

    def shared(self, mine: Sequence[int]) -> None:
        """See Journal."""
        self._mine.set(len(mine))
        self._log.info("partitions_shared", mine=list(mine))

    def stopped(self, partition: int, reason: str | None) -> None:
        """See Journal."""
        self._stopped.labels(str(partition)).set(reason is not None)
        self._log.warning("partition_stopped" if reason else "partition_resumed", partition=partition, reason=reason)

    def warned(self, reason: str) -> None:
        """See Journal."""
        self._log.warning("warning", reason=reason)

    def failing(self, reason: str, error: BaseException | None) -> None:
        """The loop cannot go on. `error` is given when it is one that nobody has foreseen."""
        if error is None:
            self._log.warning("unavailable", reason=reason)
        else:
            self._log.error("unforeseen_error", reason=reason, exc_info=error)

    def retried(self, events: int) -> None:
        """So many parked events were applied at the start."""
        if events:
            self._log.info("parked_events_retried", events=events)

    def recovered(self) -> None:
        """The loop goes on."""
        self._log.warning("recovered")

    def _seconds_behind(self) -> float:
        """Seconds; NaN before the first heads entry is applied."""
        return float("nan") if self._fresh_at is None else max(0.0, self._clock.now().timestamp() - self._fresh_at)


def _of(event: ParkedEvent) -> dict[str, object]:
    """What the log tells of a parked event."""
    return {
        "partition": event.partition,
        "sequence": event.sequence,
        "event_id": event.event_id,
        "aggregate_type": event.aggregate.type,
        "aggregate_id": event.aggregate.id,
        "version": event.version,
        "type": event.type,
    }
