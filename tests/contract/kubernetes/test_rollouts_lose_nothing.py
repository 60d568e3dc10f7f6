"""A pod that is stopped has the time to end in order, and enough others are there meanwhile."""

from typing import Final

import pytest

from tests.contract.kubernetes.manifests import OVERLAYS, Pod, named
from tests.contract.kubernetes.processes import PROCESSES, Process, our_pods
from tests.contract.kubernetes.selectors import selects

PROMISED: Final = 10
"""Seconds from SIGTERM to the end, as the handbook has it."""
SPARE: Final = 2
SERVING: Final = ("command-api", "outbox-relay", "projector", "query-api")
EACH: Final = [pytest.param(overlay, name, id=f"{overlay}: {name}") for overlay in OVERLAYS for name in SERVING]


def pause(pod: Pod) -> int:
    """What is waited before SIGTERM."""
    seconds: int = pod.main.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
    return seconds


def drain(pod: Pod, process: Process) -> float:
    """How long the process may take, as it is configured."""
    told = pod.settings
    ending = float(told.get(f"{process.prefix}SHUTDOWN_SECONDS", process.drain))
    return ending + float(told.get(f"{process.prefix}DRAIN_SECONDS", 0))


@pytest.mark.parametrize(("overlay", "name"), EACH)
def test_a_process_is_not_killed_before_it_has_ended(overlay: str, name: str) -> None:
    pod, process = our_pods(overlay)[name], PROCESSES[name]
    assert 0 < drain(pod, process) <= PROMISED
    assert pod.spec["terminationGracePeriodSeconds"] >= pause(pod) + PROMISED + SPARE


@pytest.mark.parametrize(("overlay", "name"), EACH)
def test_an_api_goes_on_answering_until_nobody_sends_anything(overlay: str, name: str) -> None:
    assert (pause(our_pods(overlay)[name]) >= 5) is name.endswith("-api")


@pytest.mark.parametrize(("overlay", "name"), EACH)
def test_a_rollout_takes_no_pod_away_before_another_is_ready(overlay: str, name: str) -> None:
    spec = named("Deployment", name, overlay)["spec"]
    assert spec.get("strategy") == {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}


@pytest.mark.parametrize(("overlay", "name"), EACH)
def test_a_drained_node_takes_one_pod_at_a_time_and_never_waits_for_ever(overlay: str, name: str) -> None:
    budget = named("PodDisruptionBudget", name, overlay)["spec"]
    assert selects(budget["selector"], our_pods(overlay)[name].labels)
    assert (budget["maxUnavailable"], budget.get("minAvailable")) == (1, None)


@pytest.mark.parametrize(("overlay", "name"), EACH)
def test_pods_of_a_service_spread_over_zones_and_nodes(overlay: str, name: str) -> None:
    pod = our_pods(overlay)[name]
    spread = {rule["topologyKey"]: rule["labelSelector"] for rule in pod.spec["topologySpreadConstraints"]}
    assert spread.keys() == {"topology.kubernetes.io/zone", "kubernetes.io/hostname"}
    assert [rule for rule in spread.values() if not selects(rule, pod.labels)] == []


@pytest.mark.parametrize(("overlay", "name"), EACH)
def test_no_two_services_select_each_other_s_pods(overlay: str, name: str) -> None:
    selectors = [
        named("Service", name, overlay)["spec"]["selector"],
        named("Deployment", name, overlay)["spec"]["selector"]["matchLabels"],
    ]
    for selector in selectors:
        selected = [pod.name for pod in our_pods(overlay).values() if selects({"matchLabels": selector}, pod.labels)]
        assert selected == [name]


@pytest.mark.parametrize("overlay", OVERLAYS)
@pytest.mark.parametrize("name", ["command-api-migrate", "query-api-migrate"])
def test_a_migration_is_tried_again_and_makes_room_for_the_next(overlay: str, name: str) -> None:
    job = named("Job", name, overlay)["spec"]
    assert job["backoffLimit"] >= 6
    assert job["ttlSecondsAfterFinished"] > 0
    assert job["template"]["spec"]["restartPolicy"] == "OnFailure"
