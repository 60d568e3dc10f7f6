"""Each service is scaled by its own signal within bounds that fit the log, the databases, and its Deployment."""

from typing import Any, Final

import pytest

from command_api.settings import Settings as CommandSettings
from orders_contracts.streams import events_stream
from projector.settings import Settings as ProjectorSettings
from query_api.settings import Settings as QuerySettings
from tests.contract.kubernetes.manifests import OVERLAYS, named, of_kind, rendered
from tests.contract.kubernetes.processes import our_pods

FIRST_EPOCH: Final = 1
APIS: Final = ("command-api", "query-api")
WORKERS: Final = ("outbox-relay", "projector")
OF_A_WORKER: Final = 2
"""Connections to its database: one for its work, one for replays or what is parked."""
SPARE: Final = 20
"""For migrations, KEDA, the operator and people."""


def partitions() -> int:
    """Of the log, as command-api is told."""
    told = our_pods("production")["command-api"].settings
    return int(told.get("COMMAND_API_PARTITIONS", CommandSettings.model_fields["partitions"].default))


def scaler(name: str) -> Any:
    return named("ScaledObject", name, "production")["spec"]


def bounds() -> dict[str, tuple[int, int]]:
    """The fewest and the most of each service in production."""
    apis = {name: named("HorizontalPodAutoscaler", name, "production")["spec"] for name in APIS}
    return {name: (spec["minReplicas"], spec["maxReplicas"]) for name, spec in apis.items()} | {
        name: (scaler(name)["minReplicaCount"], scaler(name)["maxReplicaCount"]) for name in WORKERS
    }


def test_in_production_nobody_but_an_autoscaler_says_how_many_there_are() -> None:
    deployments = of_kind("Deployment", rendered("production"))
    assert [name for name, one in deployments.items() if "replicas" in one["spec"]] == []
    assert bounds().keys() == deployments.keys()
    for name in APIS:
        target = named("HorizontalPodAutoscaler", name, "production")["spec"]["scaleTargetRef"]
        assert target == {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}
    assert {scaler(name)["scaleTargetRef"]["name"] for name in WORKERS} == set(WORKERS)


def test_reads_and_writes_are_scaled_apart() -> None:
    specs = [named("HorizontalPodAutoscaler", name, "production")["spec"] for name in APIS]
    assert bounds()["command-api"] != bounds()["query-api"]
    targets = [spec["metrics"][0]["resource"]["target"]["averageUtilization"] for spec in specs]
    assert targets[0] != targets[1]


def test_in_production_one_pod_is_never_alone() -> None:
    assert [name for name, (fewest, most) in bounds().items() if not 2 <= fewest <= most] == []


def test_in_dev_there_is_one_of_each() -> None:
    replicas = {name: one["spec"]["replicas"] for name, one in of_kind("Deployment", rendered("dev")).items()}
    assert set(replicas.values()) == {1}


def test_there_is_a_trigger_for_each_partition_s_stream_and_the_projector_s_group() -> None:
    triggers = scaler("projector")["triggers"]
    assert {trigger["type"] for trigger in triggers} == {"redis-streams"}
    streams = [trigger["metadata"]["stream"] for trigger in triggers]
    assert streams == [events_stream(FIRST_EPOCH, partition) for partition in range(partitions())]
    told = our_pods("production")["projector"].settings
    group = told.get("PROJECTOR_GENERATION", ProjectorSettings.model_fields["generation"].default)
    assert {trigger["metadata"]["consumerGroup"] for trigger in triggers} == {group}
    assert {trigger["authenticationRef"]["name"] for trigger in triggers} == {"keda-redis"}


def test_there_are_never_more_projectors_than_partitions() -> None:
    assert bounds()["projector"][1] <= partitions()


@pytest.mark.parametrize("name", WORKERS)
def test_triggers_lead_to_the_engines_of_the_overlay(name: str) -> None:
    for trigger in scaler(name)["triggers"]:
        told = trigger["metadata"]
        host, _, port = (told.get("address") or f"{told['host']}:{told['port']}").partition(":")
        service, namespace, _ = host.split(".")
        assert namespace == "orders"
        if service == "write-db-rw":  # CloudNativePG makes it
            assert (port, told["dbName"], told["sslmode"]) == ("5432", "orders", "verify-full")
            roles = named("Cluster", "write-db", "production")["spec"]["managed"]["roles"]
            (user,) = [role for role in roles if role["name"] == told["userName"]]
            assert (user["inRoles"], user["login"]) == (["orders_relay"], True)
        else:
            assert port == str(named("Service", service, "production")["spec"]["ports"][0]["port"])


def test_keda_is_told_to_speak_tls_with_redis_and_whom_to_trust() -> None:
    known = named("ConfigMap", "keda-redis", "production")["data"]
    assert known == {"username": "monitor", "tls": "enable"}
    authentication = named("TriggerAuthentication", "keda-redis", "production")["spec"]
    given = {one["parameter"]: (one["name"], one["key"]) for one in authentication["configMapTargetRef"]}
    assert given == {
        "username": ("keda-redis", "username"),
        "tls": ("keda-redis", "tls"),
        "ca": ("valkey-ca", "ca.crt"),
    }


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_databases_have_a_connection_for_everybody_at_the_peak_of_a_rollout(overlay: str) -> None:
    most = (
        {name: most for name, (_, most) in bounds().items()} if overlay == "production" else dict.fromkeys(bounds(), 1)
    )
    command = CommandSettings.model_fields["pool_size"].default
    query = QuerySettings.model_fields["pool_size"].default + 1  # one more, for notifications
    needed = {
        "write-db": (most["command-api"] + 1) * command + (most["outbox-relay"] + 1) * OF_A_WORKER,
        "read-db": (most["query-api"] + 1) * query + (most["projector"] + 1) * OF_A_WORKER,
    }
    for name, connections in needed.items():
        offered = named("Cluster", name, overlay)["spec"]["postgresql"]["parameters"]["max_connections"]
        assert int(offered) >= connections + SPARE


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_each_database_knows_its_users_and_its_owner(overlay: str) -> None:
    users = {"write-db": {"orders_command", "orders_relay"}, "read-db": {"orders_projector", "orders_query"}}
    for name, expected in users.items():
        spec = named("Cluster", name, overlay)["spec"]
        start = spec["bootstrap"]["initdb"]
        assert (start["database"], start["owner"]) == ("orders", "orders_owner")
        roles = {role["name"]: role for role in spec["managed"]["roles"]}
        assert roles.keys() - {"orders_scaler"} == expected
        assert {role["login"] for role in roles.values()} == {True}
        assert [role for role in roles.values() if role.get("superuser") or role.get("createrole")] == []
