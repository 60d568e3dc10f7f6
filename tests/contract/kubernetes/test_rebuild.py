"""A rebuild beside production: pods as restricted and as told as those they stand beside, which do their work."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest

from projector.adapters.postgres_read_store import PostgresReadStore
from tests.contract.databases.logins import as_member
from tests.contract.kubernetes.actors import HERE, OTHERS, ours, policies
from tests.contract.kubernetes.manifests import REBUILD, Pod, named, of_kind, pods_of, rendered
from tests.contract.kubernetes.network import Actor, Pair, reachable
from tests.contract.kubernetes.schemas import fault
from tests.contract.kubernetes.test_pods_are_restricted import breaches

CREATE, PROMOTE, PROJECTOR = "query-api-generation-create", "query-api-generation-promote", "projector-rebuild"
GENERATION: Final = named("ConfigMap", "rebuild", REBUILD)["data"]["generation"]
BESIDE: Final = {CREATE: "query-api-migrate", PROMOTE: "query-api-migrate", PROJECTOR: "projector"}
"""Whose image, account, settings and files each of them has."""
NEW: Final = {"GENERATION", "PROJECTOR_GENERATION"}


def in_production(name: str) -> Pod:
    return pods_of("production")[BESIDE[name]]


def test_every_document_obeys_its_schema_and_is_in_the_namespace() -> None:
    assert {document["metadata"]["name"]: fault(document) for document in rendered(REBUILD) if fault(document)} == {}
    assert {document["metadata"]["namespace"] for document in rendered(REBUILD)} == {HERE}


def test_it_has_no_name_that_production_has() -> None:
    mine, theirs = (
        {(document["kind"], document["metadata"]["name"]) for document in rendered(overlay)}
        for overlay in (REBUILD, "production")
    )
    assert not mine & theirs
    assert pods_of(REBUILD).keys() == BESIDE.keys()


@pytest.mark.parametrize("name", BESIDE)
def test_a_pod_is_restricted(name: str) -> None:
    assert list(breaches(pods_of(REBUILD)[name])) == []


@pytest.mark.parametrize("name", BESIDE)
def test_a_pod_has_the_image_the_account_the_settings_and_the_files_of_the_one_it_stands_beside(name: str) -> None:
    pod, model = pods_of(REBUILD)[name], in_production(name)
    assert pod.main["image"] == model.main["image"]
    assert pod.spec["serviceAccountName"] == model.spec["serviceAccountName"]
    assert {setting: value for setting, value in pod.settings.items() if setting not in NEW} == model.settings
    assert {pod.settings[setting] for setting in NEW & pod.settings.keys()} == {("rebuild", "generation")}
    assert (pod.spec["volumes"], pod.main["volumeMounts"]) == (model.spec["volumes"], model.main["volumeMounts"])


def test_no_service_and_no_deployment_of_production_takes_its_pods_for_its_own() -> None:
    selectors = [
        document["spec"]["selector"].get("matchLabels", document["spec"]["selector"])
        for kind in ("Service", "Deployment", "PodDisruptionBudget")
        for document in of_kind(kind, rendered("production")).values()
    ]
    for pod in pods_of(REBUILD).values():
        assert not [selector for selector in selectors if selector.items() <= dict(pod.labels).items()]


def test_it_reaches_what_it_needs_and_nothing_else() -> None:
    mine = [
        Actor(pod.name, HERE, pod.labels, f"10.9.7.{number}") for number, pod in enumerate(pods_of(REBUILD).values(), 1)
    ]
    before = reachable(list(policies("production").values()), ours("production"), OTHERS)
    together = [*policies("production").values(), *policies(REBUILD).values()]
    more = reachable(together, [*ours("production"), *mine], OTHERS) - before
    assert {pair for pair in more if pair.target != "kube-dns"} == {
        Pair(PROJECTOR, "valkey", "6379/TCP"),
        *(Pair(name, "read-db", "5432/TCP") for name in BESIDE),
    }


def script_of(name: str) -> str:
    """What the shell of a Job is told."""
    shell, options, script = pods_of(REBUILD)[name].main["command"]
    assert (shell, options) == ("sh", "-euc")
    return str(script)


def run(name: str, database_url: str) -> subprocess.CompletedProcess[str]:
    """A Job's script, with the program of this environment."""
    env = os.environ | {"GENERATION": GENERATION, "QUERY_API_DATABASE_URL": database_url}
    env["PATH"] = f"{Path(sys.executable).parent}:{env['PATH']}"
    script = re.sub(r"--wait \d+", "--wait 1", script_of(name))
    return subprocess.run(["sh", "-euc", script], env=env, capture_output=True, text=True, timeout=60, check=False)


async def test_the_jobs_make_a_generation_and_switch_to_it_once_it_is_level(read_database_url: str) -> None:
    created = run(CREATE, read_database_url)
    assert created.returncode == 0, created.stderr
    await _opened(read_database_url, "g1")
    early = run(PROMOTE, read_database_url)
    assert (early.returncode, _live(read_database_url)) == (1, "g1")
    await _opened(read_database_url, GENERATION)
    promoted = run(PROMOTE, read_database_url)
    assert (promoted.returncode, _live(read_database_url)) == (0, GENERATION), promoted.stderr


async def _opened(database_url: str, generation: str) -> None:
    """As a projector leaves it that has come to the end of an empty log."""
    store = PostgresReadStore(as_member(database_url, "orders_projector"), generation)
    await store.open(1, 8)
    await store.close()


def _live(database_url: str) -> Any:
    with psycopg.connect(database_url) as connection:
        (found,) = connection.execute("SELECT generation FROM public.live_generation").fetchall()
    return found[0]
