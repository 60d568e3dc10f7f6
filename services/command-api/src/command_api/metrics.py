"""The figures of this process, for Prometheus."""

from time import perf_counter
from typing import Any

from prometheus_client import CollectorRegistry, Counter, GCCollector, Histogram, PlatformCollector

from command_api.application.bus import Next
from command_api.application.context import Context
from command_api.application.outcome import Outcome

_BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class CommandMetrics:
    """A middleware of the command bus: counts commands by type and end, and times them."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        for collector in (PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self._commands = Counter(
            "commands", "Commands by type and how they ended", ["command", "outcome"], registry=self.registry
        )
        self._seconds = Histogram(
            "command_seconds", "From dispatch to outcome", ["command"], buckets=_BUCKETS, registry=self.registry
        )

    async def __call__(self, command: object, context: Context, inner: Next) -> Outcome:
        """Count `command` as succeeded, or under the name of what was raised."""
        name = type(command).__name__
        started = perf_counter()
        ended: Any = "succeeded"
        try:
            return await inner(command, context)
        except BaseException as error:
            ended = getattr(error, "code", type(error).__name__)
            raise
        finally:
            self._seconds.labels(name).observe(perf_counter() - started)
            self._commands.labels(name, ended).inc()
