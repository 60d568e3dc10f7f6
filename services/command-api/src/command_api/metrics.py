"""The figures of this process, for Prometheus."""

from time import perf_counter
from typing import Any, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, GCCollector, Histogram, PlatformCollector

from command_api.application.bus import Next
from command_api.application.context import Context
from command_api.application.outcome import Outcome
from command_api.application.outside_watch import Ending, Watch

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
        """Count `command` as succeeded, as accepted for later, or under the name of what was raised."""
        name = type(command).__name__
        started = perf_counter()
        ended: Any = "succeeded" if context.later is None else "accepted"
        try:
            return await inner(command, context)
        except BaseException as error:
            ended = getattr(error, "code", type(error).__name__)
            raise
        finally:
            self._seconds.labels(name).observe(perf_counter() - started)
            self._commands.labels(name, ended).inc()


class OutsideMetrics:
    """Counts questions to outside systems by how they ended, times those that went out, and shows who is left alone."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._questions = Counter(
            "outside_questions",
            "Questions to outside systems and how they ended",
            ["system", "outcome"],
            registry=registry,
        )
        self._seconds = Histogram(
            "outside_question_seconds",
            "From a question to its end, all attempts together; those that were not asked do not count",
            ["system"],
            buckets=_BUCKETS,
            registry=registry,
        )
        self._circuit_open = Gauge(
            "outside_circuit_open",
            "1 while a system is not asked because it has failed too often; as the last question left it",
            ["system"],
            registry=registry,
        )

    def of(self, system: str) -> Watch:
        """Who watches over a system. Its figures begin at 0."""
        questions = {ending: self._questions.labels(system, ending) for ending in get_args(Ending)}
        took, is_open = self._seconds.labels(system), self._circuit_open.labels(system)

        def watch(ending: Ending, seconds: float, circuit_open: bool, /) -> None:
            questions[ending].inc()
            is_open.set(circuit_open)
            if ending != "not_asked":
                took.observe(seconds)

        return watch
