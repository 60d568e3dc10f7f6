"""What can be counted at the door.

Requests are added up in plain lists: a labelled histogram of the metrics library costs several times as much.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from math import inf
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

BUCKETS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds."""


class RequestMetrics(Collector):
    """Counts and durations by method, route and status."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._series: dict[tuple[str, str, int], list[float]] = {}
        registry.register(self)

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """One answered request. `route` is the template, so that ids make no series of their own."""
        series = self._series.get((method, route, status))
        if series is None:
            series = self._series[method, route, status] = [0.0] * (len(BUCKETS) + 2)
        series[bisect_left(BUCKETS, seconds)] += 1
        series[-1] += seconds

    def collect(self) -> Iterator[Metric]:
        family = HistogramMetricFamily(
            "http_request_duration_seconds", "Answered requests.", labels=("method", "route", "status")
        )
        for (method, route, status), series in self._series.items():
            total = 0.0
            buckets: list[tuple[str, float]] = []
            for bound, count in zip((*BUCKETS, inf), series[:-1], strict=True):
                total += count
                buckets.append(("+Inf" if bound == inf else str(bound), total))
            family.add_metric((method, route, str(status)), buckets, series[-1])
        yield family


class WaitMetrics:
    """Reads that asked for a version."""

    def __init__(self, registry: CollectorRegistry, waiting: Callable[[], int]) -> None:
        """`waiting` tells how many wait at this moment."""
        Gauge("fresh_reads_waiting", "Reads that wait now.", registry=registry).set_function(waiting)
        self._count = Counter(
            "fresh_reads", "Reads with a Consistency-Token, and what became of them.", ("outcome",), registry=registry
        )
        self._seconds = Histogram(
            "fresh_read_wait_seconds", "How long those waited that had to.", buckets=BUCKETS, registry=registry
        )

    def read(self, outcome: str, waited: float) -> None:
        """`outcome`: at_once, waited, lenient, or the code of the problem that was answered.

        `waited`: for how many seconds, 0 where the version was there.
        """
        self._count.labels(outcome).inc()
        if waited:
            self._seconds.observe(waited)
