"""No container may do more than it needs, and each knows its own secrets only."""

from collections.abc import Iterator
from typing import Any, Final

import orjson
import pytest

from tests.containers.boundaries import CAPABILITIES, ENGINES
from tests.contract.compose.composed import (
    CERTIFICATES,
    CONTAINERS,
    FOLDER,
    WAYS,
    Container,
    Document,
    composed,
    containers,
    passwords,
)
from tests.contract.images.dockerfile import DOCKERFILE, of, stages

SECRETS: Final[dict[str, set[str]]] = {
    "gateway": set(),
    "command-api": {"ORDERS_COMMAND_PASSWORD"},
    "outbox-relay": {"ORDERS_RELAY_PASSWORD", "REDIS_RELAY_PASSWORD"},
    "projector": {"ORDERS_PROJECTOR_PASSWORD", "REDIS_PROJECTOR_PASSWORD"},
    "query-api": {"ORDERS_QUERY_PASSWORD", "PAGE_TOKEN_SECRET"},
    "write-migration": {"WRITE_OWNER_PASSWORD"},
    "read-migration": {"READ_OWNER_PASSWORD"},
    "write-db": {"WRITE_OWNER_PASSWORD", "ORDERS_COMMAND_PASSWORD", "ORDERS_RELAY_PASSWORD"},
    "read-db": {"READ_OWNER_PASSWORD", "ORDERS_PROJECTOR_PASSWORD", "ORDERS_QUERY_PASSWORD"},
    "redis": {"REDIS_RELAY_PASSWORD", "REDIS_PROJECTOR_PASSWORD", "REDIS_MONITOR_PASSWORD"},
    "prometheus": set(),
    "grafana": {"GRAFANA_PASSWORD"},
}
"""Who knows what."""
TOOLS: Final = {"prometheus", "grafana"}
DATA: Final = {
    "write-data": "write-db",
    "read-data": "read-db",
    "redis-data": "redis",
    "prometheus-data": "prometheus",
    "grafana-data": "grafana",
}
LOOSE: Final = {"privileged", "devices", "pid", "ipc", "userns_mode", "group_add", "volumes_from", "env_file"}
both = pytest.mark.parametrize("way", WAYS)


def breaches(container: Container) -> Iterator[str]:
    """What it may do and need not."""
    spec = container.spec
    if spec.get("read_only") is not True:
        yield "may write its root"
    if spec.get("cap_drop") != ["ALL"] or bool(spec.get("cap_add")) is not (container.name in CAPABILITIES):
        yield "has capabilities"
    if spec.get("security_opt") != ["no-new-privileges:true"]:
        yield "may get privileges"
    if spec.get("user") != _user(container.name):
        yield f"is {spec.get('user')}"
    yield from (f"has {word}" for word in LOOSE & spec.keys())
    yield from (f"may write {source}" for source, _, *mode in _of_host(container) if mode != ["ro"])


def _user(name: str) -> str:
    (ours,) = of("USER", stages(DOCKERFILE.read_text())[-1])
    return "999:999" if name in ENGINES else ours.rest


def _of_host(container: Container) -> list[list[str]]:
    return [mount for mount in container.mounts if mount[0] not in DATA]


def known_secrets(document: Document) -> dict[str, set[str]]:
    """Whatever in a container's lines is a secret."""
    said = {name: orjson.dumps(spec).decode() for name, spec in document["services"].items()}
    return {name: {secret for secret, value in passwords().items() if value in lines} for name, lines in said.items()}


@both
def test_no_container_of_ours_and_no_engine_may_do_more_than_it_needs(way: str) -> None:
    found = {name: list(breaches(one)) for name, one in containers(composed(way)).items() if name not in TOOLS}
    assert found == {name: [] for name in (*CONTAINERS, *ENGINES, "gateway")}


@pytest.mark.parametrize(
    ("change", "breach"),
    [
        ({"read_only": False}, "may write its root"),
        ({"cap_drop": []}, "has capabilities"),
        ({"cap_add": ["NET_RAW"]}, "has capabilities"),
        ({"security_opt": []}, "may get privileges"),
        ({"user": "0:0"}, "is 0:0"),
        ({"privileged": True}, "has privileged"),
        ({"volumes": ["/var/run/docker.sock:/docker.sock"]}, "may write /var/run/docker.sock"),
    ],
)
def test_what_it_need_not_would_be_seen(change: dict[str, Any], breach: str) -> None:
    spec = composed("plain")["services"]["projector"]
    assert list(breaches(Container("projector", spec | change))) == [breach]


@both
def test_everybody_knows_his_own_secrets_only(way: str) -> None:
    assert known_secrets(composed(way)) == SECRETS


def test_a_secret_of_another_s_would_be_seen() -> None:
    document = composed("plain")
    document["services"]["gateway"]["command"].append(f"--token={passwords()['PAGE_TOKEN_SECRET']}")
    assert known_secrets(document)["gateway"] == {"PAGE_TOKEN_SECRET"}


def test_the_key_of_an_engine_is_mounted_where_it_is_and_nowhere_else() -> None:
    found = {
        name: [source for source, *_ in one.mounts if source.startswith(CERTIFICATES)]
        for name, one in containers(composed("tls")).items()
    }
    engines = {name: [f"{CERTIFICATES}/{name}"] for name in ENGINES}
    ours = {name: [f"{CERTIFICATES}/ca.crt"] for name in CONTAINERS}
    assert {name: sources for name, sources in found.items() if sources} == engines | ours


@both
def test_the_files_that_are_mounted_are_there(way: str) -> None:
    sources = {mount[0] for one in containers(composed(way)).values() for mount in _of_host(one)}
    ours = {source for source in sources if not source.startswith(f"{CERTIFICATES}/")}
    assert {"./users.sh", "../redis/users.acl", "../gateway/Caddyfile"} <= ours
    assert [source for source in ours if not (FOLDER / source).exists()] == []


@both
def test_every_volume_of_data_has_one_owner(way: str) -> None:
    document = composed(way)
    mounted = [(mount[0], name) for name, one in containers(document).items() for mount in one.mounts]
    assert sorted(pair for pair in mounted if pair[0] in document["volumes"]) == sorted(DATA.items())
    assert document["volumes"].keys() == DATA.keys()


@both
def test_what_ends_is_started_again_a_migration_only_when_it_failed(way: str) -> None:
    found = {name: one.spec["restart"] for name, one in containers(composed(way)).items()}
    once = {name for name in CONTAINERS if name.endswith("-migration")}
    assert found == {name: "on-failure" if name in once else "unless-stopped" for name in found}
