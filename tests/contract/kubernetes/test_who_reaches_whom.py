"""What can be connected to, computed from the rendered policies, is this table and nothing else."""

from collections.abc import Mapping
from typing import Any, Final

import pytest

from tests.contract.kubernetes.actors import OTHERS, ours, policies
from tests.contract.kubernetes.manifests import OVERLAYS
from tests.contract.kubernetes.network import Actor, Pair, Policy, reachable

SYSTEM: Final = """
gateway             -> command-api    8001   commands
gateway             -> query-api      8002   questions
command-api         -> write-db       5432   orders and the outbox
command-api         -> internet       443    outside systems that a command asks
command-api-migrate -> write-db       5432   the schema
outbox-relay        -> write-db       5432   the outbox
outbox-relay        -> valkey         6379   publishing
projector           -> valkey         6379   reading
projector           -> read-db        5432   read models
query-api           -> read-db        5432   answers
query-api-migrate   -> read-db        5432   the schema
write-db            -> write-db       5432   standbys copy the primary
write-db            -> write-db       8000   and ask it how it is
read-db             -> read-db        5432   likewise
read-db             -> read-db        8000
cnpg-operator       -> write-db       8000   CloudNativePG asks every instance how it is
cnpg-operator       -> write-db       5432
cnpg-operator       -> read-db        8000
cnpg-operator       -> read-db        5432
"""
SCALED_AND_WATCHED: Final = """
prometheus          -> command-api    8001   figures
prometheus          -> query-api      8002
prometheus          -> outbox-relay   8003
prometheus          -> projector      8004
keda-operator       -> valkey         6379   lag of the projector
keda-operator       -> write-db       5432   age of what waits for a number
"""
TABLES: Final = {"dev": [SYSTEM], "production": [SYSTEM, SCALED_AND_WATCHED]}
_NAMED_BY_NOBODY: Final = {"a node's metadata"}


def expected(overlay: str) -> set[Pair]:
    """The tables; DNS for everybody; and for each instance of a database the API server, wherever that is."""
    lines = [line for table in TABLES[overlay] for line in table.strip().splitlines()]
    pairs = {Pair(source, target, f"{port}/TCP") for source, _, target, port, *_ in map(str.split, lines)}
    pairs |= {Pair(pod.name, "kube-dns", f"53/{protocol}") for pod in ours(overlay) for protocol in ("TCP", "UDP")}
    anywhere = [other.name for other in OTHERS if other.name not in _NAMED_BY_NOBODY]
    return pairs | {
        Pair(database, other, f"{port}/TCP")
        for database in ("write-db", "read-db")
        for other in anywhere
        for port in (443, 6443)
    }


def computed(overlay: str, found: Mapping[str, Policy]) -> set[Pair]:
    return reachable(list(found.values()), ours(overlay), OTHERS)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_these_reach_each_other_and_nobody_else(overlay: str) -> None:
    assert computed(overlay, policies(overlay)) == expected(overlay)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_policy_is_missed_when_it_is_gone(overlay: str) -> None:
    found = policies(overlay)
    for name in found:
        rest = {other: policy for other, policy in found.items() if other != name}
        assert computed(overlay, rest) != expected(overlay), name


def changed(name: str, *path: str | int, to: Any) -> set[Pair]:
    """What more can be reached in production when a policy says `to` at `path`; None: says nothing there."""
    found: dict[str, Any] = dict(policies("production"))
    place = found[name]["spec"]
    for step in path[:-1]:
        place = place[step]
    if to is None:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return computed("production", found) - expected("production")


@pytest.mark.parametrize(
    ("change", "opened"),
    [
        (("valkey", "ingress", 0, "from", 0, {"namespaceSelector": {}}), ("kube-proxy", "valkey", "6379/TCP")),
        (("dns", "egress", 0, "ports", None), ("projector", "kube-dns", "4711/TCP")),
        (("dns", "egress", 0, "to", 0, "podSelector", None), ("projector", "kube-proxy", "53/UDP")),
        (
            ("command-api-outside-systems", "egress", 0, "to", 0, "ipBlock", "except", []),
            ("command-api", "a node's metadata", "443/TCP"),
        ),
        (
            ("command-api-from-gateway", "ingress", 0, "from", 0, "namespaceSelector", {}),
            ("kube-proxy", "command-api", "8001/TCP"),
        ),
        (
            ("outbox-relay-from-monitoring", "ingress", 0, "from", 0, "podSelector", None),
            ("grafana", "outbox-relay", "8003/TCP"),
        ),
        (("projector", "egress", [{}]), ("projector", "internet", "4711/UDP")),
        (("query-api-from-gateway", "ingress", [{}]), ("internet", "query-api", "8002/TCP")),
        (("write-db-from-keda", "ingress", 0, "ports", 0, "endPort", 9000), ("keda-operator", "write-db", "8000/TCP")),
        (("default-deny", "policyTypes", ["Egress"]), ("internet", "intruder", "4711/TCP")),
        (("default-deny", "podSelector", {"matchLabels": {"app": "x"}}), ("internet", "intruder", "4711/TCP")),
    ],
)
def test_a_policy_that_opens_more_is_seen(change: tuple[Any, ...], opened: tuple[str, str, str]) -> None:
    *path, to = change
    assert Pair(*opened) in changed(*path, to=to)


@pytest.mark.parametrize(
    "change",
    [
        ("query-api", "egress", 0, "to", 0, "podSelector", {}),  # valkey and write-db do not let it in
        ("read-db", "ingress", 0, "from", 0, "podSelector", {}),  # command-api does not get out
        ("write-db", "ingress", 0, "ports", None),  # nobody comes by another port
    ],
)
def test_one_end_alone_opens_nothing(change: tuple[Any, ...]) -> None:
    *path, to = change
    assert changed(*path, to=to) == set()


RULES: Final = {
    "podSelector": {"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["b"]}]},
    "ingress": [{"from": [{"podSelector": {"matchExpressions": [{"key": "app", "operator": "Exists"}]}}]}],
}


def test_policies_mean_what_kubernetes_says_they_mean() -> None:
    a, b = Actor("a", "here", {"app": "a"}, "10.0.0.1"), Actor("b", "here", {"app": "b"}, "10.0.0.2")
    bare, elsewhere = Actor("bare", "here", {}, "10.0.0.3"), Actor("elsewhere", "there", {"app": "a"}, "10.0.0.4")
    policy = {"metadata": {"namespace": "here"}, "spec": RULES}  # without policyTypes: incoming only
    met = {(pair.source, pair.target) for pair in reachable([policy], [a, b, bare], [elsewhere])}
    everybody = {(one.name, other.name) for one in (a, b, bare, elsewhere) for other in (a, b, bare, elsewhere)}
    refused = {(one, other) for one in ("bare", "elsewhere") for other in ("a", "bare")}
    assert met == everybody - refused - {("elsewhere", "elsewhere")}
