"""Every pod obeys the Pod Security Standard "restricted", and more: no token, nothing to write to, no foreign images.

https://kubernetes.io/docs/concepts/security/pod-security-standards/ (CloudNativePG's pods are its operator's own.)
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest

from tests.contract.kubernetes.manifests import OVERLAYS, Document, Pod, named, of_kind, pods, pods_of, rendered
from tests.contract.kubernetes.processes import PROCESSES

OURS: Final = ("orders/command-api", "orders/outbox-relay", "orders/projector", "orders/query-api")
ENGINES: Final = ("docker.io/valkey/valkey", "ghcr.io/cloudnative-pg/postgresql")
VOLUMES: Final = {
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
}
NOBODY: Final = 10_001
"""The user of our images."""


def breaches(pod: Pod) -> Iterator[str]:
    """What the standard, or the house, does not allow."""
    spec, context = pod.spec, pod.spec.get("securityContext", {})
    yield from (f"{field} is set" for field in ("hostNetwork", "hostPID", "hostIPC") if spec.get(field))
    if context.get("runAsNonRoot") is not True or context.get("runAsUser", 0) == 0:
        yield "may be root"
    if context.get("seccompProfile") != {"type": "RuntimeDefault"}:
        yield "no seccomp profile"
    if extra := context.keys() - {"runAsNonRoot", "runAsUser", "runAsGroup", "fsGroup", "seccompProfile"}:
        yield f"unheard of: {extra}"
    for volume in spec["volumes"]:
        if forbidden := volume.keys() - {"name"} - VOLUMES:
            yield f"volume {forbidden}"
    if spec.get("automountServiceAccountToken") is not False:
        yield "has a token"
    if spec.get("enableServiceLinks") is not False:
        yield "variables of Services"
    for container in pod.containers:
        yield from _breaches(container)


def _breaches(container: Document) -> Iterator[str]:
    if container.get("securityContext") != {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }:
        yield f"{container['name']}: not restricted"
    if [port for port in container.get("ports", ()) if "hostPort" in port]:
        yield f"{container['name']}: a port of the node"
    asked = container["resources"]
    if not {"cpu", "memory"} <= asked["requests"].keys() or "memory" not in asked["limits"]:
        yield f"{container['name']}: takes what it likes"


EACH: Final = [
    pytest.param(overlay, name, id=f"{overlay}: {name}") for overlay in OVERLAYS for name in pods_of(overlay)
]


@pytest.mark.parametrize(("overlay", "name"), EACH)
def test_a_pod_is_restricted(overlay: str, name: str) -> None:
    assert list(breaches(pods_of(overlay)[name])) == []


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_namespace_refuses_any_other_pod(overlay: str) -> None:
    labels = named("Namespace", "orders", overlay)["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_nothing_but_the_four_images_and_the_engines_runs(overlay: str) -> None:
    ours = {container["image"] for pod in pods(rendered(overlay)) for container in pod.containers}
    engines = {cluster["spec"]["imageName"] for cluster in of_kind("Cluster", rendered(overlay)).values()}
    assert {image.rpartition(":")[0] for image in ours | engines} == {*OURS, *ENGINES}
    assert [image for image in ours | engines if image.endswith((":latest", ":"))] == []


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_our_images_run_as_their_own_user_and_write_to_tmp_alone(overlay: str) -> None:
    for name, pod in pods_of(overlay).items():
        if name in PROCESSES:
            context = pod.spec["securityContext"]
            assert {context[who] for who in ("runAsUser", "runAsGroup", "fsGroup")} == {NOBODY}
            writable = [mount["mountPath"] for mount in pod.main["volumeMounts"] if not mount.get("readOnly")]
            assert writable == ["/tmp"]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_process_has_an_account_of_its_own_without_a_token(overlay: str) -> None:
    accounts = of_kind("ServiceAccount", rendered(overlay))
    assert accounts.keys() == PROCESSES.keys()
    assert {account["automountServiceAccountToken"] for account in accounts.values()} == {False}
    for name in PROCESSES:
        assert pods_of(overlay)[name].spec["serviceAccountName"] == name


def _at(*path: str | int) -> Callable[[Document], Any]:
    def place(spec: Any) -> Any:
        for step in path:
            spec = spec[step]
        return spec

    return place


@pytest.mark.parametrize(
    ("place", "field", "value", "breach"),
    [
        (_at(), "hostNetwork", True, "hostNetwork is set"),
        (_at(), "enableServiceLinks", True, "variables of Services"),
        (_at(), "automountServiceAccountToken", True, "has a token"),
        (_at("securityContext"), "runAsUser", 0, "may be root"),
        (_at("securityContext"), "seccompProfile", {"type": "Unconfined"}, "no seccomp profile"),
        (_at("securityContext"), "sysctls", [], "unheard of: {'sysctls'}"),
        (_at("volumes", 0), "hostPath", {"path": "/"}, "volume {'hostPath'}"),
        (_at("containers", 0, "securityContext"), "privileged", True, "query-api: not restricted"),
        (_at("containers", 0, "securityContext", "capabilities"), "add", ["NET_RAW"], "query-api: not restricted"),
        (_at("containers", 0, "ports", 0), "hostPort", 80, "query-api: a port of the node"),
        (_at("containers", 0, "resources"), "limits", {}, "query-api: takes what it likes"),
    ],
)
def test_a_breach_is_found(place: Callable[[Document], Any], field: str, value: Any, breach: str) -> None:
    (pod,) = [pod for pod in pods(rendered("dev")) if pod.name == "query-api"]
    place(pod.spec)[field] = value
    assert list(breaches(pod)) == [breach]
