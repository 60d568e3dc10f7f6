"""What is committed in deploy/k8s/rendered is what the overlays make, and the operator's rules are the plain rules."""

import subprocess
from typing import Final

import pytest
import yaml

from tests.contract.kubernetes.manifests import FOLDER, OVERLAYS, REBUILD, named, of_kind, rendered
from tests.contract.kubernetes.rendering import (
    FINGERPRINT,
    KUBECTL,
    RULE,
    fingerprint,
    groups,
    kustomized,
    prometheus_rule,
)

SERVICES: Final = ("command-api", "outbox-relay", "projector", "query-api")


def test_nothing_that_overlays_are_made_of_was_changed_after_they_were_rendered() -> None:
    assert FINGERPRINT.read_text("utf-8") == fingerprint(), "run: make render"


@pytest.mark.skipif(KUBECTL is None, reason="no kubectl here")
@pytest.mark.parametrize("overlay", [*OVERLAYS, REBUILD])
def test_the_rendered_overlay_is_up_to_date(overlay: str) -> None:
    assert (FOLDER / "rendered" / f"{overlay}.yaml").read_text("utf-8") == kustomized(overlay), "run: make render"


@pytest.mark.skipif(KUBECTL is None, reason="no kubectl here")
def test_an_overlay_that_does_not_exist_is_no_empty_one() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        kustomized("staging")


def test_the_operator_s_rules_are_the_plain_ones() -> None:
    assert named("PrometheusRule", "orders", "production")["spec"]["groups"] == groups(), "run: make render"
    assert yaml.safe_load(RULE.read_text("utf-8")) == yaml.safe_load(prometheus_rule())


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_deployments_are_named_after_their_services(overlay: str) -> None:
    assert sorted(of_kind("Deployment", rendered(overlay))) == list(SERVICES)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_everything_is_in_the_namespace(overlay: str) -> None:
    (namespace, *others) = rendered(overlay)
    assert (namespace["kind"], namespace["metadata"]["name"]) == ("Namespace", "orders")
    assert {document["metadata"]["namespace"] for document in others} == {"orders"}
