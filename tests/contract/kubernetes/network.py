"""Who reaches whom under NetworkPolicies, as the API's reference defines it.

A pod that some policy selects for a direction may do in that direction what one of these policies allows, and nothing
else; a connection needs both ends' leave. https://kubernetes.io/docs/concepts/services-networking/network-policies/
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address, ip_network
from itertools import chain, product
from typing import Any, Final, NamedTuple

from tests.contract.kubernetes.selectors import Labels, selects

Policy = Mapping[str, Any]
UNHEARD_OF: Final = 4711
"""A port that no policy names."""


@dataclass(frozen=True, eq=False)
class Actor:
    """A pod, or with no namespace whatever else has an address."""

    name: str
    namespace: str | None
    labels: Labels
    address: str


class Port(NamedTuple):
    """Where a connection goes."""

    number: int
    protocol: str

    def __str__(self) -> str:
        return f"{self.number}/{self.protocol}"


class Pair(NamedTuple):
    """A connection that can be made."""

    source: str
    target: str
    port: str


def reachable(policies: Sequence[Policy], ours: Sequence[Actor], others: Sequence[Actor]) -> set[Pair]:
    """Every connection among `ours`, and between them and `others`."""
    ports = _ports(policies)
    leaving = {actor: _selecting(policies, actor, "Egress") for actor in (*ours, *others)}
    entering = {actor: _selecting(policies, actor, "Ingress") for actor in (*ours, *others)}
    pairs = chain(product(ours, (*ours, *others)), product(others, ours))
    return {
        Pair(source.name, target.name, str(port))
        for source, target in pairs
        for port in _open(leaving[source], "egress", "to", target, ports)
        & _open(entering[target], "ingress", "from", source, ports)
    }


def _selecting(policies: Iterable[Policy], pod: Actor, direction: str) -> list[Policy]:
    return [
        policy
        for policy in policies
        if policy["metadata"]["namespace"] == pod.namespace
        and direction in _directions(policy["spec"])
        and selects(policy["spec"]["podSelector"], pod.labels)
    ]


def _directions(spec: Mapping[str, Any]) -> list[str]:
    stated: list[str] | None = spec.get("policyTypes")
    return stated if stated is not None else ["Ingress", *(["Egress"] if spec.get("egress") else [])]


def _open(selecting: Sequence[Policy], rules: str, end: str, other: Actor, ports: frozenset[Port]) -> frozenset[Port]:
    """At which of `ports` these policies let a pod and `other` meet."""
    if not selecting:
        return ports
    return frozenset(
        port
        for policy in selecting
        for rule in policy["spec"].get(rules) or ()
        if _at(rule.get(end), other, policy["metadata"]["namespace"])
        for port in ports
        if _through(rule.get("ports"), port)
    )


def _at(peers: Sequence[Mapping[str, Any]] | None, other: Actor, here: str) -> bool:
    return not peers or any(_is(peer, other, here) for peer in peers)


def _is(peer: Mapping[str, Any], other: Actor, here: str) -> bool:
    if "ipBlock" in peer:
        block = peer["ipBlock"]
        return _within(other.address, block["cidr"]) and not any(
            _within(other.address, hole) for hole in block.get("except", ())
        )
    if other.namespace is None:
        return False
    if "namespaceSelector" in peer:
        if not selects(peer["namespaceSelector"], {"kubernetes.io/metadata.name": other.namespace}):
            return False
    elif other.namespace != here:
        return False
    return selects(peer.get("podSelector", {}), other.labels)


@cache
def _within(address: str, network: str) -> bool:
    return ip_address(address) in ip_network(network)


def _through(ports: Sequence[Mapping[str, Any]] | None, port: Port) -> bool:
    return not ports or any(_opens(opened, port) for opened in ports)


def _opens(opened: Mapping[str, Any], port: Port) -> bool:
    if opened.get("protocol", "TCP") != port.protocol:
        return False
    first = opened.get("port", port.number)
    return bool(first <= port.number <= opened.get("endPort", first))


def _ports(policies: Iterable[Policy]) -> frozenset[Port]:
    """All that are named, and one that is not, each for both protocols."""
    numbers = {UNHEARD_OF}
    for policy in policies:
        for rule in (*(policy["spec"].get("ingress") or ()), *(policy["spec"].get("egress") or ())):
            numbers |= {opened["port"] for opened in rule.get("ports", ()) if "port" in opened}
    return frozenset(Port(number, protocol) for number in numbers for protocol in ("TCP", "UDP"))
