"""Every rendered document is what Kubernetes and the operators take; what they do not know is a fault."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from tests.contract.kubernetes.manifests import OVERLAYS, Document, named, rendered
from tests.contract.kubernetes.schemas import CUSTOM, PUBLISHED, fault


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_document_obeys_its_schema(overlay: str) -> None:
    faults = {f"{document['kind']}/{document['metadata']['name']}": fault(document) for document in rendered(overlay)}
    assert {name: wrong for name, wrong in faults.items() if wrong} == {}


def test_the_published_schemas_are_the_ones_that_the_page_names() -> None:
    page = (PUBLISHED / "README.md").read_text("utf-8")
    files = sorted(PUBLISHED.glob("*.json"))
    assert [file.stem for file in files] == sorted(kind for kinds in CUSTOM.values() for kind in kinds)
    for file in files:
        (row,) = [line for line in page.splitlines() if line.startswith(f"| `{file.name}` ")]
        assert f"`{hashlib.sha256(file.read_bytes()).hexdigest()}`" in row


def _set(*path: str | int, to: Any) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        place: Any = document
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = to

    return change


_POD = ("spec", "template", "spec")


@pytest.mark.parametrize(
    ("kind", "name", "change", "place"),
    [
        ("Deployment", "query-api", _set(*_POD, "terminationGracePeriod", to=9), "spec/template/spec"),
        ("Deployment", "query-api", _set("spec", "replicas", to="3"), "spec/replicas"),
        ("Job", "query-api-migrate", _set(*_POD, "containers", 0, "env", 0, "valeu", to=""), f"{'/'.join(_POD)}/con"),
        ("NetworkPolicy", "dns", _set("spec", "egres", to=[]), "spec"),
        ("HorizontalPodAutoscaler", "query-api", _set("spec", "maxReplicas", to=None), "spec/maxReplicas"),
        ("HTTPRoute", "query-api", _set("spec", "rules", 0, "timeout", to={}), "spec/rules/0"),
        (
            "HTTPRoute",
            "query-api",
            _set("spec", "rules", 0, "matches", 0, "method", to="get"),
            "spec/rules/0/matches/0",
        ),
        ("ScaledObject", "projector", _set("spec", "maxReplicas", to=8), "spec"),
        ("ScaledObject", "projector", _set("spec", "triggers", 0, "metadata", "lagCount", to=5), "spec/triggers/0"),
        ("TriggerAuthentication", "keda-redis", _set("spec", "secretTargetRef", 0, "secret", to="x"), "spec/secret"),
        ("Cluster", "write-db", _set("spec", "bootstrap", "initdb", "localProvider", to="x"), "spec/bootstrap/initdb"),
        ("Cluster", "write-db", _set("spec", "managed", "roles", 0, "logn", to=True), "spec/managed/roles/0"),
        ("ServiceMonitor", "orders", _set("spec", "endpoints", 0, "intervall", to="5s"), "spec/endpoints/0"),
        ("PrometheusRule", "orders", _set("spec", "groups", 0, "rules", 0, "alerts", to="x"), "spec/groups/0/rules/0"),
        ("Cluster", "write-db", _set("apiVersion", to="postgresql.cnpg.io/v2"), "Couldn't find schema"),
    ],
)
def test_what_is_wrong_is_found(kind: str, name: str, change: Callable[[Document], None], place: str) -> None:
    document = named(kind, name, "production")
    assert fault(document) is None
    change(document)
    assert str(fault(document)).startswith(place)
