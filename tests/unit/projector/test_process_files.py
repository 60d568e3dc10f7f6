"""Settings, verbs, probes, logs and figures."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import structlog
from prometheus_client import CollectorRegistry
from typer.testing import CliRunner

from projector.__main__ import app
from projector.adapters.telemetry import Telemetry
from projector.application.judgement import judge
from projector.application.log import Aggregate, Checkpoint, Pace, ParkedEvent, readable
from projector.entrypoints.probes import probes_app
from projector.observability import configure_logging
from projector.settings import Settings
from tests.fakes.projector_events import NumberedLog, life_of
from tests.fakes.projector_ports import FixedClock

GOOD = {"PROJECTOR_DATABASE_URL": "postgresql://u@h/d", "PROJECTOR_REDIS_URL": "redis://h:6379/0"}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.fixture
def quiet() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def test_what_is_not_set_has_a_sensible_value(environment: pytest.MonkeyPatch) -> None:
    settings = Settings()
    assert (settings.host, settings.port, settings.generation) == ("127.0.0.1", 8004, "g1")
    assert (settings.log_level, settings.log_format) == ("info", "auto")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PROJECTOR_DATABASE_URL", "mysql://h/d"),
        ("PROJECTOR_DATABASE_URL", "postgresql://h/d?nonsense=1"),
        ("PROJECTOR_REDIS_URL", "http://h"),
        ("PROJECTOR_REDIS_URL", "redis://h:port/0"),
        ("PROJECTOR_PORT", "0"),
        ("PROJECTOR_GENERATION", "g1; DROP SCHEMA g1"),
        ("PROJECTOR_READ_COUNT", "0"),
        ("PROJECTOR_LOG_LEVEL", "loud"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(environment: pytest.MonkeyPatch, name: str, value: str) -> None:
    environment.setenv(name, value)
    result = CliRunner().invoke(app, ["run"])
    assert result.exit_code == 2
    assert result.stderr.startswith(f"projector: {name}: ")
    assert result.stderr.count("\n") == 1


def test_a_missing_setting_is_named_too(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("PROJECTOR_REDIS_URL")
    result = CliRunner().invoke(app, ["run"])
    assert (result.exit_code, result.stderr.startswith("projector: PROJECTOR_REDIS_URL: ")) == (2, True)


async def test_probes_tell_why_the_process_is_not_ready() -> None:
    reasons: list[str] = []

    async def readiness() -> list[str]:
        return reasons

    status = {"summary": "", "mine": [3], "partitions": []}
    transport = httpx.ASGITransport(probes_app(readiness, lambda: status, CollectorRegistry()))
    async with httpx.AsyncClient(transport=transport, base_url="http://probes") as client:
        assert (await client.get("/livez")).status_code == 200
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()) == (200, {"status": "ready", "reasons": []})
        assert (await client.get("/status")).json() == status
        reasons.append("partition 3: event 7 is not in the stream")
        unready = await client.get("/readyz")
        assert (unready.status_code, unready.json()) == (503, {"status": "unready", "reasons": reasons})
        assert (await client.get("/metrics")).headers["content-type"].startswith("text/plain")


def telemetry() -> tuple[Telemetry, CollectorRegistry]:
    registry = CollectorRegistry()
    return Telemetry(FixedClock(), registry), registry


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(text) for text in capsys.readouterr().out.splitlines()]


def test_a_batch_is_one_line_with_the_keys_of_every_service(capsys: pytest.CaptureFixture[str], quiet: None) -> None:
    configure_logging("info", "json")
    journal, _ = telemetry()
    piece = judge(4, Checkpoint(0, ""), NumberedLog().append(0, life_of(1)[:2])).slice
    journal.applied(readable([piece]), readable([piece]), {4: 2}, 0.0012345678)
    (line,) = lines(capsys)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "level": "info",
        "service": "projector",
        "event": "batch_applied",
        "events": 2,
        "partitions": {"4": 2},
        "correlation_ids": ["request-1", "request-2"],
        "seconds": 0.001235,
    }


def test_changes_of_state_are_warnings(capsys: pytest.CaptureFixture[str], quiet: None) -> None:
    configure_logging("info", "json")
    journal, registry = telemetry()
    journal.waiting(1, "event 4 is not in the stream")
    journal.stopped(2, "no more")
    assert registry.get_sample_value("projector_gap", {"partition": "1"}) == 1
    assert registry.get_sample_value("projector_stopped", {"partition": "2"}) == 1
    journal.waiting(1, None)
    journal.stopped(2, None)
    assert registry.get_sample_value("projector_gap", {"partition": "1"}) == 0
    assert registry.get_sample_value("projector_stopped", {"partition": "2"}) == 0
    journal.failing("redis: LOADING", None)
    journal.recovered()
    told = lines(capsys)
    assert {line["level"] for line in told} == {"warning"}
    assert [line["event"] for line in told] == [
        "gap_found",
        "partition_stopped",
        "gap_closed",
        "partition_resumed",
        "unavailable",
        "recovered",
    ]


def test_each_event_that_is_parked_or_dropped_is_a_warning_of_its_own(
    capsys: pytest.CaptureFixture[str], quiet: None
) -> None:
    configure_logging("info", "json")
    journal, _ = telemetry()
    event = ParkedEvent(3, 7, "e-7", Aggregate("order", "o-1"), 2, "orders.OrderCancelled.v2", b"", "unknown type")
    journal.parked([event, event._replace(sequence=8)])
    journal.dropped([event], "a test order")
    journal.retried(0)
    first, second, dropped = lines(capsys)
    assert {key: first[key] for key in ("level", "event", "aggregate_type", "aggregate_id", "type", "reason")} == {
        "level": "warning",
        "event": "event_parked",
        "aggregate_type": "order",
        "aggregate_id": "o-1",
        "type": "orders.OrderCancelled.v2",
        "reason": "unknown type",
    }
    assert (first["partition"], first["sequence"], second["sequence"], first["version"]) == (3, 7, 8, 2)
    assert (dropped["event"], dropped["reason"], dropped["was_parked_for"]) == (
        "event_dropped",
        "a test order",
        "unknown type",
    )


def test_an_unforeseen_error_is_told_with_its_origin(capsys: pytest.CaptureFixture[str], quiet: None) -> None:
    configure_logging("info", "json")
    journal, _ = telemetry()
    journal.failing("unforeseen", ZeroDivisionError("a bug"))
    (line,) = lines(capsys)
    assert (line["level"], "ZeroDivisionError: a bug" in line["exception"]) == ("error", True)


def test_figures_count_events_by_type_and_time_them(quiet: None) -> None:
    configure_logging("error", "json")
    journal, registry = telemetry()
    happenings = life_of(1, FixedClock().now() - timedelta(seconds=2, milliseconds=4))[:2]
    piece = judge(0, Checkpoint(0, ""), NumberedLog().append(0, happenings)).slice
    journal.applied(readable([piece]), readable([piece]), {0: 2}, 0.01)
    value = registry.get_sample_value
    assert value("projector_events_applied_total", {"type": "orders.OrderCreated.v1"}) == 1
    assert value("projector_batches_total") == 1
    assert value("projector_commit_to_visible_seconds_count") == 2
    assert value("projector_commit_to_visible_seconds_bucket", {"le": "0.005"}) == 1
    assert value("projector_commit_to_visible_seconds_bucket", {"le": "0.003"}) == 0
    assert value("projector_commit_to_visible_seconds_bucket", {"le": "2.0"}) == 2


def test_nobody_waits_for_a_replay(capsys: pytest.CaptureFixture[str], quiet: None) -> None:
    configure_logging("info", "json")
    journal, registry = telemetry()
    piece = judge(0, Checkpoint(0, ""), NumberedLog().append(0, life_of(1)[:2])).slice
    journal.applied(readable([piece]), [], {0: 2}, 0.01)
    assert [(line["events"], line["correlation_ids"]) for line in lines(capsys)] == [(2, [])]
    assert registry.get_sample_value("projector_events_applied_total", {"type": "orders.OrderCreated.v1"}) == 1
    assert registry.get_sample_value("projector_commit_to_visible_seconds_count") == 0


def test_figures_tell_lag_freshness_and_duplicates(quiet: None) -> None:
    configure_logging("error", "json")
    journal, registry = telemetry()
    value = registry.get_sample_value
    assert value("projector_seconds_behind") != value("projector_seconds_behind")
    journal.fresh("2026-11-22T08:59:57.500000Z")
    journal.progress(1, 5, 9, 3)
    journal.skipped(1, 3)
    journal.outrun([1, 2])
    assert value("projector_seconds_behind") == 2.5
    assert value("projector_lag_events", {"partition": "1"}) == 4
    assert value("projector_parked_events", {"partition": "1"}) == 3
    assert value("projector_events_skipped_total") == 3
    assert value("projector_batches_outrun_total") == 2


def test_figures_and_lines_tell_of_replays(capsys: pytest.CaptureFixture[str], quiet: None) -> None:
    configure_logging("info", "json")
    journal, registry = telemetry()
    journal.waiting(1, "event 4 is not in the stream")
    journal.asked([1, 2])
    journal.replayed(250)
    journal.waiting(1, None)
    journal.replaying(Pace(12_300, 340_000, 28))
    journal.shared([1, 2, 5])
    value = registry.get_sample_value
    assert value("projector_gaps_total") == 1
    assert value("projector_replay_requests_total") == 2
    assert value("projector_replayed_events_total") == 250
    assert value("projector_partitions") == 3
    (line,) = [line for line in lines(capsys) if line["event"] == "replaying"]
    assert (line["events_per_second"], line["remaining"], line["seconds_left"]) == (12_300, 340_000, 28)
