"""Four services written one by one look alike to those who run them: settings, refusals, probes, log lines."""

import re
from typing import Final

import httpx
import pytest
from prometheus_client import CollectorRegistry, Counter

from tests.architecture.outer import SERVICES, Service
from tests.architecture.tree import ROOT

ALIKE: Final = ("host", "log_level", "log_format")
_KEYS: Final = {"timestamp", "level", "service", "event"}
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
each_service: Final = pytest.mark.parametrize("service", SERVICES, ids=[service.name for service in SERVICES])


@each_service
def test_settings_are_named_after_their_service(service: Service) -> None:
    assert service.settings.model_config["env_prefix"] == service.prefix
    assert service.settings.model_config["frozen"] is True


@each_service
def test_settings_that_all_have_are_called_alike_and_mean_the_same(service: Service) -> None:
    fields, others = service.settings.model_fields, SERVICES[0].settings.model_fields
    assert {*ALIKE, "port", "database_url"} <= fields.keys()
    for name in ALIKE:
        assert (fields[name].annotation, fields[name].default) == (others[name].annotation, others[name].default)


def test_no_two_services_have_the_same_port() -> None:
    ports = [service.settings.model_fields["port"].default for service in SERVICES]
    assert ports == [8001, 8003, 8004, 8002]


@each_service
def test_only_what_cannot_be_guessed_must_be_set(service: Service) -> None:
    required = {name for name, field in service.settings.model_fields.items() if field.is_required()}
    assert required == service.needed.keys()


@each_service
@pytest.mark.parametrize(
    ("name", "value"), [("database_url", None), ("database_url", "mysql://x/y"), ("port", "0"), ("log_format", "xml")]
)
def test_a_wrong_setting_is_refused_in_one_line(service: Service, name: str, value: str | None) -> None:
    status, output, errors = service.refusal(**{name: value})
    assert (status, output) == (2, "")
    assert re.fullmatch(rf"{service.name}: {service.prefix}{name.upper()}: \S.*\n", errors)


@each_service
def test_the_process_itself_refuses_to_start_without_settings(service: Service) -> None:
    ran = service.python("-m", service.module, service.verb)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert re.fullmatch(rf"{service.name}: {service.prefix}[A-Z_]+: \S.*\n", ran.stderr)


@each_service
async def test_probes_are_found_where_all_have_them(service: Service) -> None:
    reasons: list[str] = []

    async def readiness() -> list[str]:
        return reasons

    registry = CollectorRegistry()
    Counter("things", "Things that happened", registry=registry).inc()
    transport = httpx.ASGITransport(service.probes(readiness, registry))
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        alive, ready, figures = [await client.get(path) for path in ("/livez", "/readyz", "/metrics")]
        reasons.append("no database")
        unready = await client.get("/readyz")
        figures_of_unready = await client.get("/metrics")
    assert (alive.status_code, alive.json()) == (200, {"status": "alive"})
    assert (ready.status_code, ready.json()) == (200, {"status": "ready", "reasons": []})
    assert (unready.status_code, unready.json()) == (503, {"status": "unready", "reasons": ["no database"]})
    assert "things_total 1.0" in figures.text
    assert ("service_ready 1.0" in figures.text, "service_ready 0.0" in figures_of_unready.text) == (True, True)
    assert figures.headers["content-type"].startswith("text/plain")


@each_service
def test_log_lines_have_the_keys_that_all_have(service: Service) -> None:
    said, warned, failed = service.log_lines()
    assert said.keys() == {*_KEYS, "correlation_id", "count"}
    assert warned.keys() == _KEYS
    assert failed.keys() == {*_KEYS, "exception"}
    assert [line["level"] for line in (said, warned, failed)] == ["info", "warning", "error"]
    assert [line["event"] for line in (said, warned, failed)] == ["hello", "this is odd", "failed"]
    assert "ZeroDivisionError" in failed["exception"]
    for line in (said, warned, failed):
        assert line["service"] == service.name
        assert _MOMENT.fullmatch(line["timestamp"])


def test_both_apis_document_themselves_with_the_same_page() -> None:
    pages = [page.read_bytes() for page in ROOT.glob("services/*/src/*/entrypoints/docs.html")]
    assert len(pages) == 2
    assert len(set(pages)) == 1
