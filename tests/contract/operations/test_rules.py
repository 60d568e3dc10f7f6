"""Alerts and dashboards ask only for what the services export, and every alert is explained and played."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio
from promql_parser import parse

from command_api.application.errors import KeyTaken, Unavailable, VersionConflict
from tests.contract.operations import documents
from tests.contract.operations.exported import Page, pages
from tests.contract.operations.expressions import Known, admits, faults, matchers_of, outcome, selectors
from tests.contract.operations.known import OF_ANY_PROCESS, errors_of_commands, known

RECORDS: Final = documents.records()
ALERTS: Final = documents.alerts()
each_alert: Final = pytest.mark.parametrize("name", ALERTS)


def counts(record: str, error: type[Exception]) -> bool:
    """Whether a command that ends with this error counts there."""
    outcomes = [
        matchers_of(one, "outcome") for one in selectors(parse(RECORDS[record])) if one.name == "commands_total"
    ]
    return any(admits(matchers, error.__name__) for matchers in outcomes)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def exported() -> AsyncIterator[dict[str, Page]]:
    """What each service says at /metrics."""
    yield await pages()


@pytest.fixture(scope="module")
def there(exported: dict[str, Page]) -> Known:
    """What expressions may ask for."""
    return known(exported, RECORDS)


def test_every_figure_of_a_service_is_seen_with_its_labels(exported: dict[str, Page]) -> None:
    """Or the tests below would not know the labels of the silent ones."""
    assert [(name, figure) for name, page in exported.items() for figure in page.silent] == []


def test_every_service_tells_whether_it_is_ready_and_what_its_process_uses(exported: dict[str, Page]) -> None:
    linux = Path("/proc/self/stat").exists()
    for page in exported.values():
        assert "service_ready" in page.samples
        assert page.samples.keys() >= OF_ANY_PROCESS or not linux


@pytest.mark.parametrize("name", [*RECORDS, *ALERTS])
def test_a_rule_asks_for_what_is_there(name: str, there: Known) -> None:
    assert faults(RECORDS.get(name) or ALERTS[name]["expr"], there) == []


@pytest.mark.parametrize("error", errors_of_commands(), ids=lambda error: error.__name__)
def test_a_503_counts_as_failed_and_what_was_foreseen_never_as_unforeseen(error: type[Exception]) -> None:
    never_leaves_the_bus = error in {VersionConflict, KeyTaken}
    assert counts("orders:commands_failed:rate5m", error) is (never_leaves_the_bus or issubclass(error, Unavailable))
    assert counts("orders:unforeseen_errors:sum", error) is never_leaves_the_bus


@pytest.mark.parametrize("title", documents.panels())
def test_a_panel_asks_for_what_is_there(title: str, there: Known) -> None:
    assert [fault for text in documents.panels()[title] for fault in faults(text, there)] == []


@each_alert
def test_an_alert_says_how_bad_it_is_what_it_is_and_where_to_read_on(name: str) -> None:
    rule = ALERTS[name]
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert rule["annotations"].keys() == {"summary", "description", "runbook_url"}
    assert rule["annotations"]["runbook_url"] == f"docs/operations.md#{name.lower()}"


@each_alert
def test_what_an_alert_says_of_its_labels_it_knows(name: str, there: Known) -> None:
    rule = ALERTS[name]
    named = set(re.findall(r"\$labels\.(\w+)", " ".join(rule["annotations"].values())))
    assert named <= outcome(parse(rule["expr"]), there)


@each_alert
def test_a_story_has_the_alert_fire_and_another_moment_not(name: str) -> None:
    assert documents.played()[name] == {True, False}


def test_every_alert_has_a_section_in_the_handbook_and_every_section_an_alert() -> None:
    assert documents.sections() == list(ALERTS)


def test_every_recorded_figure_is_used() -> None:
    texts = [rule["expr"] for rule in documents.rules()] + [
        text for some in documents.panels().values() for text in some
    ]
    assert [name for name in RECORDS if not any(name in text for text in texts)] == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("sum(rate(commands[5m]))", "no service exports commands"),
        ("max by (partition) (relay_outbox_age_seconds)", "nothing has partition"),
        ('relay_failures_total{sort="OutboxUnfit"}', "relay_failures_total has no label sort"),
        ('relay_failures_total{kind="OutboxUnfitt"}', "relay_failures_total: kind is never OutboxUnfitt"),
        ('fresh_reads_total{outcome=~"lenient|late"}', "fresh_reads_total: outcome is never late"),
        ('up{job="command_api"}', "up: job is never command_api"),
        ("projector_gap == 1 and on (pod) projector_lag_events", "nothing has pod"),
    ],
)
def test_what_is_not_there_is_found(text: str, fault: str, there: Known) -> None:
    assert faults(text, there) == [fault]


def test_what_is_no_promql_is_found(there: Known) -> None:
    with pytest.raises(ValueError, match="unclosed left parenthesis"):
        faults("sum(rate(commands_total[5m])", there)
