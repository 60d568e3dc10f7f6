"""Everybody who may try to connect: the pods of an overlay, the cluster's others, and what lies outside."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from tests.contract.kubernetes.manifests import of_kind, pods, rendered
from tests.contract.kubernetes.network import Actor, Policy

HERE: Final = "orders"
OTHERS: Final = [
    Actor("gateway", "gateway", {"app": "any-gateway"}, "10.8.0.1"),
    Actor("prometheus", "monitoring", {"app.kubernetes.io/name": "prometheus"}, "10.8.0.2"),
    Actor("keda-operator", "keda", {"app": "keda-operator"}, "10.8.0.3"),
    Actor("cnpg-operator", "cnpg-system", {"app.kubernetes.io/name": "cloudnative-pg"}, "10.8.0.4"),
    Actor("kube-dns", "kube-system", {"k8s-app": "kube-dns"}, "10.8.0.5"),
    # Neighbours of those who are let in, and others who are called like them or like ours.
    Actor("grafana", "monitoring", {"app.kubernetes.io/name": "grafana"}, "10.8.1.1"),
    Actor("keda-webhooks", "keda", {"app": "keda-admission-webhooks"}, "10.8.1.2"),
    Actor("kube-proxy", "kube-system", {"k8s-app": "kube-proxy"}, "10.8.1.3"),
    Actor("a stranger's command-api", "shop", {"app.kubernetes.io/name": "command-api"}, "10.8.1.4"),
    Actor("a stranger's write-db", "shop", {"cnpg.io/cluster": "write-db"}, "10.8.1.5"),
    Actor("a stranger's prometheus", "shop", {"app.kubernetes.io/name": "prometheus"}, "10.8.1.6"),
    # What has no pod.
    Actor("api-server", None, {}, "172.16.0.1"),
    Actor("a node's metadata", None, {}, "169.254.169.254"),
    Actor("internet", None, {}, "203.0.113.7"),
]
INTRUDER: Final = Actor("intruder", HERE, {}, "10.9.9.9")
"""A pod in our namespace that is none of ours."""


@cache
def ours(overlay: str) -> Sequence[Actor]:
    """The pods that an overlay makes, and an intruder among them."""
    return [*_ours(overlay), INTRUDER]


def _ours(overlay: str) -> Iterator[Actor]:
    documents = rendered(overlay)
    for number, pod in enumerate(pods(documents), 1):
        yield Actor(pod.name, HERE, pod.labels, f"10.9.0.{number}")
    for number, name in enumerate(of_kind("Cluster", documents), 1):
        # CloudNativePG labels its pods so, those that initialise and join included.
        yield Actor(name, HERE, {"cnpg.io/cluster": name}, f"10.9.1.{number}")


def policies(overlay: str) -> dict[str, Policy]:
    """All of an overlay, by name."""
    return dict(of_kind("NetworkPolicy", rendered(overlay)))
