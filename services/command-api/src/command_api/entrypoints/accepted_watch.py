"""How it goes with accepted commands: figures for Prometheus, and lines in the log."""

from collections.abc import Collection

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge

from command_api.application.later import AcceptedCommands, StoredCommand

_log = structlog.stdlib.get_logger()


class AcceptedWatch:
    """See the port `Watcher`."""

    def __init__(self, accepted: AcceptedCommands, kinds: Collection[str], registry: CollectorRegistry) -> None:
        """The figures of each kind begin at 0."""
        self._accepted = accepted
        self._late = Gauge(
            "accepted_commands_late_seconds",
            "For how long the accepted command that has been due longest waits for somebody to begin it",
            registry=registry,
        )
        self._ended = Counter(
            "accepted_commands_ended", "Accepted commands and how they ended", ["command", "how"], registry=registry
        )
        self._put_off = Counter(
            "accepted_commands_put_off",
            "Attempts at accepted commands that failed for technical reasons and are repeated",
            ["command"],
            registry=registry,
        )
        self._given_up = Counter(
            "accepted_commands_given_up",
            "Accepted commands that have failed for technical reasons, at each attempt that they have",
            ["command"],
            registry=registry,
        )
        for kind in kinds:
            self._put_off.labels(kind)
            self._given_up.labels(kind)
            for how in ("succeeded", "failed"):
                self._ended.labels(kind, how)

    async def look(self) -> bool:
        """Look how late they are. Raises Unavailable."""
        self._late.set(await self._accepted.late_seconds())
        return False

    def ended(self, stored: StoredCommand, how: str) -> None:
        self._ended.labels(stored.kind, how).inc()

    def put_off(self, stored: StoredCommand, fault: Exception) -> None:
        self._put_off.labels(stored.kind).inc()
        self._tell("accepted command will be tried again", stored, fault)

    def given_up(self, stored: StoredCommand, fault: Exception) -> None:
        self._given_up.labels(stored.kind).inc()
        self._tell("accepted command has failed", stored, fault)

    def _tell(self, event: str, stored: StoredCommand, fault: Exception) -> None:
        _log.warning(
            event,
            command=stored.kind,
            command_id=str(stored.command_id),
            correlation_id=stored.correlation_id,
            exc_info=fault,
        )
