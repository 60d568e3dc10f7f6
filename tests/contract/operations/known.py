"""What expressions may ask for: what the services export, what is recorded from it, and what others tell."""

import asyncio
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Final, get_args

import promql_parser

from command_api.application import errors as command_errors
from command_api.application.outside_watch import Ending
from orders_domain.errors import DomainError
from outbox_relay.application.bearings import OutOfStep
from outbox_relay.application.ports import LinkFailure
from query_api.application.errors import QueryError
from query_api.entrypoints.open_streams import Ending as StreamEnding
from query_api.entrypoints.problem_kinds import PROBLEMS
from tests.contract.operations.exported import Labels, Page
from tests.contract.operations.expressions import Known, outcome

FROM_KUBERNETES: Final[Labels] = {
    "kube_deployment_spec_replicas": frozenset({"namespace", "deployment"}),
    "kube_deployment_status_replicas_available": frozenset({"namespace", "deployment"}),
}
"""By kube-state-metrics, where it is there (its docs/metrics/workload/deployment-metrics.md)."""

FROM_PROMETHEUS: Final[Labels] = {"up": frozenset()}

OF_ANY_PROCESS: Final = {"process_start_time_seconds", "process_cpu_seconds_total", "process_resident_memory_bytes"}
"""What prometheus_client tells of the process it is in, on Linux."""

assert issubclass(OutOfStep, LinkFailure), "imported, so that it is among the subclasses"


def known(pages: Mapping[str, Page], records: Mapping[str, str]) -> Known:
    """All of it, from the services' pages and the recording rules."""
    labels: dict[str, frozenset[str]] = {**FROM_KUBERNETES, **FROM_PROMETHEUS}
    for page in pages.values():
        labels |= page.samples
    labels |= dict.fromkeys(OF_ANY_PROCESS, frozenset())
    for name, text in records.items():
        labels[name] = outcome(promql_parser.parse(text), Known(labels, {}))
    return Known(labels, _values(pages))


def _values(pages: Mapping[str, Page]) -> dict[tuple[str, str], frozenset[str]]:
    """By sample ("" for any) and label."""
    succeeded = {"succeeded", "accepted", asyncio.CancelledError.__name__}
    refused = {one.code for one in _kinds(DomainError) if hasattr(one, "code")}
    wrong = {one.__name__ for one in errors_of_commands()}
    statuses = {"200", "304", *(str(kind.status) for kind in PROBLEMS.values())}
    answered = {one.code for one in _kinds(QueryError) if hasattr(one, "code")}
    questions = pages["query-api"].values["route"]
    found = {
        ("", "job"): set(pages),
        ("", "deployment"): set(pages),
        ("", "system"): set(pages["command-api"].values["system"]),
        ("commands_total", "outcome"): succeeded | refused | wrong,
        ("outside_questions_total", "outcome"): set(get_args(Ending)),
        ("fresh_reads_total", "outcome"): {"at_once", "waited", "lenient"} | answered,
        ("event_streams_total", "outcome"): set(get_args(StreamEnding)),
        ("relay_failures_total", "kind"): {one.__name__ for one in _kinds(LinkFailure)},
    }
    for part in ("count", "bucket", "sum"):
        found[f"http_request_duration_seconds_{part}", "status"] = statuses
        found[f"http_request_duration_seconds_{part}", "route"] = set(questions)
    return {place: frozenset(values) for place, values in found.items()}


def errors_of_commands() -> list[type[Exception]]:
    """What a command may end with beside a refusal by the domain."""
    return [one for one in vars(command_errors).values() if isinstance(one, type) and issubclass(one, Exception)]


def _kinds(error: type[Exception]) -> Iterator[type]:
    """All classes below `error`."""
    below = error.__subclasses__()
    return chain(below, *(_kinds(one) for one in below))
