"""What a pod's container is told is what the process in it asks for: verb, settings, ports, probes, files."""

import re
from importlib import import_module
from typing import Final
from urllib.parse import urlsplit

import httpx
import pytest
from prometheus_client import CollectorRegistry
from typer.testing import CliRunner

from tests.architecture.outer import SERVICES
from tests.architecture.tree import packages
from tests.contract.kubernetes.manifests import OVERLAYS, Pod, named, of_kind, rendered
from tests.contract.kubernetes.processes import (
    PROCESSES,
    documented_secrets,
    environment,
    generated_secrets,
    our_pods,
)

EACH: Final = [pytest.param(overlay, name, id=f"{overlay}: {name}") for overlay in OVERLAYS for name in PROCESSES]
SERVING: Final = [service.name for service in SERVICES]
_FILE: Final = re.compile(r"/etc/orders/[^&]+")


def pod_of(overlay: str, name: str) -> Pod:
    return our_pods(overlay)[name]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_process_has_its_pod(overlay: str) -> None:
    assert our_pods(overlay).keys() == PROCESSES.keys()


@pytest.mark.parametrize(("overlay", "name"), EACH)
def test_the_image_and_the_verb_are_the_service_s(overlay: str, name: str) -> None:
    process, container = PROCESSES[name], pod_of(overlay, name).main
    assert container["image"].rpartition(":")[0] == f"orders/{process.service}"
    (scripts,) = [package.project["scripts"] for package in packages() if package.name == process.service]
    assert container["command"] == [process.service, process.verb]
    assert process.service in scripts
    main = import_module(f"{process.service.replace('-', '_')}.__main__")
    assert CliRunner().invoke(main.app, [process.verb, "--help"]).exit_code == 0


@pytest.mark.parametrize(("overlay", "name"), EACH)
def test_every_variable_is_a_setting_and_every_setting_that_must_be_is_there(overlay: str, name: str) -> None:
    process, pod = PROCESSES[name], pod_of(overlay, name)
    known = {process.prefix + field.upper(): entry for field, entry in process.settings.model_fields.items()}
    assert pod.settings.keys() <= known.keys()
    assert {variable for variable, field in known.items() if field.is_required()} <= pod.settings.keys()
    variables = [entry["name"] for entry in pod.main["env"]]
    assert len(variables) == len(set(variables))


@pytest.mark.parametrize(("overlay", "name"), EACH)
def test_the_process_starts_with_what_it_is_told(overlay: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    process, pod = PROCESSES[name], pod_of(overlay, name)
    told = environment(pod, generated_secrets() if overlay == "dev" else documented_secrets())
    for variable, value in told.items():
        monkeypatch.setenv(variable, value)
    assert process.settings().model_dump()["require_tls"] is (overlay == "production")


@pytest.mark.parametrize("name", PROCESSES)
def test_in_production_no_url_without_tls_is_taken(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    process, pod = PROCESSES[name], pod_of("production", name)
    told = environment(pod, documented_secrets())
    plain = {variable: value for variable, value in told.items() if variable.endswith("_URL")}
    assert plain
    for variable, value in plain.items():
        parts = urlsplit(value)
        unsafe = parts._replace(query="", scheme="redis" if parts.scheme == "rediss" else parts.scheme).geturl()
        for other, right in (told | {variable: unsafe}).items():
            monkeypatch.setenv(other, right)
        with pytest.raises(ValueError, match="REQUIRE_TLS"):
            process.settings()


@pytest.mark.parametrize("name", PROCESSES)
def test_the_files_that_a_url_names_are_mounted(name: str) -> None:
    pod = pod_of("production", name)
    volumes = {volume["name"]: volume for volume in pod.spec["volumes"]}
    mounted = set()
    for mount in pod.main["volumeMounts"]:
        volume = volumes[mount["name"]]
        keys = [item["path"] for item in volume.get("secret", {}).get("items", [])]
        if "configMap" in volume:
            keys = ["ca.crt"]  # its one key, by the handbook
        mounted |= {f"{mount['mountPath']}/{key}" for key in keys}
    asked = {file for value in environment(pod, documented_secrets()).values() for file in _FILE.findall(value)}
    assert asked == mounted


@pytest.mark.parametrize("overlay", OVERLAYS)
@pytest.mark.parametrize("name", SERVING)
def test_ports_agree_from_the_setting_to_the_service(overlay: str, name: str) -> None:
    process, pod = PROCESSES[name], pod_of(overlay, name)
    port = int(pod.settings.get(f"{process.prefix}PORT", process.settings.model_fields["port"].default))
    assert pod.settings[f"{process.prefix}HOST"] == "0.0.0.0"
    assert pod.main["ports"] == [{"name": "http", "containerPort": port}]
    service = named("Service", name, overlay)
    assert service["spec"]["ports"] == [{"name": "http", "port": port, "targetPort": "http"}]
    assert service["spec"]["selector"].items() <= dict(pod.labels).items()


@pytest.mark.parametrize("overlay", OVERLAYS)
@pytest.mark.parametrize("name", SERVING)
async def test_probes_and_figures_are_asked_for_where_they_are(overlay: str, name: str) -> None:
    (service,) = [service for service in SERVICES if service.name == name]
    container = pod_of(overlay, name).main

    async def readiness() -> list[str]:
        return ["not yet"]

    transport = httpx.ASGITransport(service.probes(readiness, CollectorRegistry()))
    async with httpx.AsyncClient(transport=transport, base_url="http://pod") as client:
        answers = {
            probe: (await client.get(container[probe]["httpGet"]["path"])).status_code
            for probe in ("startupProbe", "livenessProbe", "readinessProbe")
        }
        monitor = named("ServiceMonitor", "orders", "production")["spec"]["endpoints"][0]
        figures = await client.get(monitor["path"])
    # Unready is no reason to be started anew.
    assert answers == {"startupProbe": 200, "livenessProbe": 200, "readinessProbe": 503}
    assert {container[probe]["httpGet"]["port"] for probe in answers} == {monitor["port"]} == {"http"}
    assert figures.status_code == 200


def test_all_four_are_scraped_under_their_names() -> None:
    monitor, documents = named("ServiceMonitor", "orders", "production"), rendered("production")
    (wanted,) = monitor["spec"]["selector"]["matchExpressions"]
    label = monitor["spec"]["jobLabel"]
    services = of_kind("Service", documents)
    scraped = {
        name: service["metadata"]["labels"][label]
        for name, service in services.items()
        if service["metadata"]["labels"].get(wanted["key"]) in wanted["values"]
    }
    assert scraped == {name: name for name in SERVING}
