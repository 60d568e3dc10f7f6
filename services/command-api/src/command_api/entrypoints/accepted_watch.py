"""How it goes with accepted commands: figures for Prometheus, and lines in the log."""

import structlog
from prometheus_client import CollectorRegistry, Counter

from command_api.application.later import StoredCommand

_log = structlog.stdlib.get_logger()


class AcceptedWatch:
    """See the port `Watcher`."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._ended = Counter(
            "accepted_commands_ended",
            "Accepted commands by type and how they ended",
            ["command", "how"],
            registry=registry,
        )
        self._put_off = Counter(
            "accepted_commands_put_off",
            "Attempts at accepted commands that failed for technical reasons and will be repeated",
            ["command", "fault"],
            registry=registry,
        )

    def ended(self, stored: StoredCommand, how: str) -> None:
        self._ended.labels(stored.kind, how).inc()

    def put_off(self, stored: StoredCommand, fault: Exception) -> None:
        self._put_off.labels(stored.kind, type(fault).__name__).inc()
        self._tell("accepted command will be tried again", stored, fault)

    def given_up(self, stored: StoredCommand, fault: Exception) -> None:
        self._tell("accepted command has failed", stored, fault)

    def _tell(self, event: str, stored: StoredCommand, fault: Exception) -> None:
        _log.warning(
            event,
            command=stored.kind,
            command_id=str(stored.command_id),
            correlation_id=stored.correlation_id,
            exc_info=fault,
        )
