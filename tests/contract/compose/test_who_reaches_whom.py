"""Networks are the boundaries: who shares one with which engine is what `make containers` tries for real."""

from typing import Final

import pytest

from tests.containers.boundaries import ENGINES, MAY
from tests.contract.compose.composed import WAYS, Document, composed, containers

MIGRATIONS: Final = {("write-migration", "write-db"), ("read-migration", "read-db")}
WITH_A_WAY_IN: Final = {
    "gateway": ["8000:8000"],
    "prometheus": ["127.0.0.1:9090:9090"],
    "grafana": ["127.0.0.1:3000:3000"],
}
"""Whose ports the host opens; those of the tools for itself only."""
SPEAKS: Final = {
    "command-api": {"orders_command@write-db:5432/orders"},
    "outbox-relay": {"orders_relay@write-db:5432/orders", "relay@redis:6379/0"},
    "projector": {"orders_projector@read-db:5432/orders", "projector@redis:6379/0"},
    "query-api": {"orders_query@read-db:5432/orders"},
    "write-migration": {"orders_owner@write-db:5432/orders"},
    "read-migration": {"orders_owner@read-db:5432/orders"},
}
"""As whom to which engine: each as itself, and only the migrations as the owner."""
both = pytest.mark.parametrize("way", WAYS)


def sharing(document: Document) -> set[tuple[str, str]]:
    """Every container and engine that have a network in common."""
    networks = {name: set(spec["networks"]) for name, spec in document["services"].items()}
    return {
        (name, engine)
        for name, mine in networks.items()
        for engine in ENGINES
        if name != engine and mine & networks[engine]
    }


@both
def test_an_engine_shares_a_network_with_whom_it_serves_and_with_nobody_else(way: str) -> None:
    assert sharing(composed(way)) == MAY | MIGRATIONS


def test_another_network_would_be_seen() -> None:
    document = composed("plain")
    document["services"]["query-api"]["networks"].append("link")
    assert sharing(document) - MAY - MIGRATIONS == {("query-api", "redis")}


@both
def test_everybody_speaks_to_whom_he_reaches_as_himself(way: str) -> None:
    found = {
        name: {f"{url.username}@{url.hostname}:{url.port}{url.path}" for url in one.urls.values()}
        for name, one in containers(composed(way)).items()
        if one.urls
    }
    assert found == SPEAKS
    pairs = {(name, told.partition("@")[2].partition(":")[0]) for name, of in found.items() for told in of}
    assert pairs == MAY | MIGRATIONS


@both
def test_out_of_the_networks_of_engines_there_is_no_way(way: str) -> None:
    document = composed(way)
    engines = {network for engine in ENGINES for network in document["services"][engine]["networks"]}
    assert len(engines) == len(ENGINES)
    assert [name for name in engines if not document["networks"][name]["internal"]] == []
    used = {name for spec in document["services"].values() for name in spec["networks"]}
    assert used == document["networks"].keys()


@both
def test_the_gateway_alone_is_open_to_others(way: str) -> None:
    document = composed(way)
    opened = {name: spec["ports"] for name, spec in document["services"].items() if "ports" in spec}
    assert opened == WITH_A_WAY_IN
    assert [name for name, spec in document["services"].items() if spec.get("network_mode")] == []


@both
def test_figures_are_read_over_a_network_of_their_own(way: str) -> None:
    document = composed(way)
    watched = {name for name, spec in document["services"].items() if "watch" in spec["networks"]}
    assert watched == {"command-api", "outbox-relay", "projector", "query-api", "prometheus", "grafana"}
