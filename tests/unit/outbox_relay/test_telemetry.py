"""What operators see: readiness with reasons, and figures."""

from prometheus_client import CollectorRegistry

from outbox_relay.adapters.telemetry import Telemetry
from outbox_relay.application.ports import Last, Span, Stand, StreamUnavailable
from outbox_relay.entrypoints.loop import LONGEST_PAUSE, pause
from tests.fakes.relay_observer import SetClock


class Seen:
    """A telemetry and its clock."""

    def __init__(self) -> None:
        self.clock, self.registry = SetClock(), CollectorRegistry()
        self.telemetry = Telemetry(self.registry, self.clock.monotonic)

    def figure(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(name, labels)


def test_a_relay_is_ready_once_all_is_published_and_while_it_moves() -> None:
    seen = Seen()
    seen.telemetry.going([0, 1])
    assert seen.telemetry.reasons() == ["starting"]
    seen.telemetry.passed()
    assert seen.telemetry.reasons() == []
    seen.clock.seconds = 7.0
    assert seen.telemetry.reasons() == ["nothing has moved for 7 s"]
    seen.telemetry.passed()
    assert seen.telemetry.reasons() == []


def test_a_failure_makes_it_unready_until_something_went_through_not_only_until_bearings_were_taken() -> None:
    seen = Seen()
    seen.telemetry.passed()
    seen.telemetry.failed(StreamUnavailable("redis: gone"))
    assert seen.telemetry.reasons() == ["redis: gone"]
    assert seen.figure("relay_failures_total", kind="StreamUnavailable") == 1
    seen.telemetry.going([0])
    assert seen.telemetry.reasons() == ["redis: gone"]
    seen.telemetry.published([Span(0, 1, 1)])
    assert seen.telemetry.reasons() == []


def test_a_stopped_partition_makes_it_unready_while_the_others_go() -> None:
    seen = Seen()
    seen.telemetry.stopped(1, "of an earlier day")
    seen.telemetry.going([0, 2])
    seen.telemetry.passed()
    assert seen.telemetry.reasons() == ["partition 1 is stopped: of an earlier day"]
    assert seen.figure("relay_partition_stopped", partition="1") == 1
    assert seen.figure("relay_partition_stopped", partition="2") == 0
    seen.telemetry.going([0, 1, 2])
    assert seen.telemetry.reasons() == []
    assert seen.figure("relay_partition_stopped", partition="1") == 0


def test_the_age_of_what_waits_grows_until_all_is_published() -> None:
    seen = Seen()
    assert seen.figure("relay_outbox_age_seconds") == 0
    seen.telemetry.waiting(3.0)
    seen.clock.seconds = 4.0
    assert seen.figure("relay_outbox_age_seconds") == 7
    seen.telemetry.passed()
    assert seen.figure("relay_outbox_age_seconds") == 0
    seen.clock.seconds = 6.0
    assert seen.figure("relay_last_pass_seconds") == 2


def test_events_batches_refusals_and_ticks_are_counted() -> None:
    seen = Seen()
    seen.telemetry.published([Span(0, 1, 5), Span(3, 8, 8)])
    seen.telemetry.published([Span(0, 6, 6)])
    seen.telemetry.refused(3, Last("9-0", "e9"))
    seen.telemetry.ticked(41)
    assert seen.figure("relay_events_published_total", partition="0") == 6
    assert seen.figure("relay_events_published_total", partition="3") == 1
    assert seen.figure("relay_batches_published_total") == 2
    assert seen.figure("relay_publishes_refused_total") == 1
    assert seen.figure("relay_ticks_total") == 1
    assert seen.figure("relay_tick") == 41


def test_the_first_retry_is_at_once_and_no_pause_is_longer_than_half_a_second() -> None:
    assert pause(1) == 0
    assert all(0 < pause(attempt) <= LONGEST_PAUSE for attempt in range(2, 60))
    assert pause(2) <= 0.05
    assert pause(2_000) >= LONGEST_PAUSE / 2


def test_the_status_names_the_partitions_that_are_published_here_and_how_far_all_are() -> None:
    seen = Seen()
    assert seen.telemetry.status() == {"summary": "", "mine": [], "partitions": []}
    seen.telemetry.stopped(1, "of an earlier day")
    seen.telemetry.stands(Stand(frozenset({2, 0}), (7, 0, 9), (8, 5, 9)))
    assert seen.telemetry.status() == {
        "summary": "publishes partitions 0 2",
        "mine": [0, 2],
        "partitions": [
            {"partition": 0, "published": 7, "logged": 8, "stopped": None},
            {"partition": 1, "published": 0, "logged": 5, "stopped": "of an earlier day"},
            {"partition": 2, "published": 9, "logged": 9, "stopped": None},
        ],
    }
    seen.telemetry.stands(Stand(frozenset(), (7, 0, 9), (8, 5, 9)))
    assert seen.telemetry.status()["summary"] == "publishes no partition"


def test_a_backlog_is_told_with_its_pace_and_what_is_left_of_it() -> None:
    seen = Seen()

    def published(first: int, last: int, after: float) -> str:
        seen.clock.seconds += after
        seen.telemetry.published([Span(0, first, last)])
        seen.telemetry.stands(Stand(frozenset({0}), (last, 0), (130_000, 50_000)))
        return str(seen.telemetry.status()["summary"])

    assert published(1, 1_000, 0) == "publishing 1 of 2 partitions; backlog 129,000 events"
    assert published(1_001, 10_000, 1) == "publishing 1 of 2 partitions; backlog 120,000 events"
    assert published(10_001, 31_000, 1) == "publishing 1 of 2 partitions; backlog 99,000 events, 15,000/s, 7 s left"
    assert published(31_001, 129_500, 5) == "publishes partitions 0"


def test_what_a_stopped_partition_lacks_is_no_backlog() -> None:
    seen = Seen()
    seen.telemetry.stopped(0, "of an earlier day")
    seen.telemetry.stands(Stand(frozenset({0, 1}), (0, 5), (90_000, 5)))
    assert seen.telemetry.status()["summary"] == "publishes partitions 0 1"
