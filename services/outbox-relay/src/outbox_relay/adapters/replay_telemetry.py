"""Turns what happens with replays into log lines and figures."""

import structlog
from prometheus_client import CollectorRegistry, Counter

from orders_contracts.replay import ReplayRequest
from outbox_relay.application.ports import LinkFailure


class ReplayTelemetry:
    """An observer of the replayer."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._log = structlog.get_logger()
        self._failure: str | None = None
        self._replays = Counter("relay_replays_served", "Replies written", ["projection"], registry=registry)
        self._events = Counter("relay_replayed_events", "Events in replies", registry=registry)
        self._unreadable = Counter("relay_replay_requests_unreadable", "Requests passed over", registry=registry)

    def replayed(self, request: ReplayRequest, last: int, seconds: float) -> None:
        """A reply is written."""
        self._replays.labels(request.projection).inc()
        self._events.inc(last - request.first + 1)
        self._failure = None
        self._log.info(
            "replayed",
            projection=request.projection,
            partition=request.partition,
            seconds=round(seconds, 3),
            **{"from": request.first, "to": last},
        )

    def unreadable(self, reason: str) -> None:
        """A request could not be read."""
        self._unreadable.inc()
        self._log.warning("replay_request_unreadable", reason=reason)

    def replay_failed(self, failure: LinkFailure) -> None:
        """Replays cannot be served just now."""
        if self._failure != str(failure):
            self._failure = str(failure)
            self._log.warning("replay_failed", reason=self._failure)
