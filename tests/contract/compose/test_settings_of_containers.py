"""What a container is told is what the process in it asks for: verb, settings, port, probe, files, time to end."""

import re
from typing import Final

import httpx
import pytest
from prometheus_client import CollectorRegistry

from stack.gateway import CADDYFILE
from tests.architecture.outer import SERVICES, Service
from tests.contract.compose.composed import CONTAINERS, FOLDER, WAYS, Container, composed, containers

SERVING: Final = [service.name for service in SERVICES]
ASKS: Final = re.compile(r"http://127\.0\.0\.1:(\d+)(/\w+)")
SECONDS: Final = re.compile(r"(\d+)s")

each = pytest.mark.parametrize("name", CONTAINERS)
each_serving = pytest.mark.parametrize("name", SERVING)
both = pytest.mark.parametrize("way", WAYS)


def container(way: str, name: str) -> Container:
    return containers(composed(way))[name]


def port_of(name: str) -> int:
    return int(container("plain", name).process.settings.model_fields["port"].default)


@both
@each
def test_the_image_and_the_verb_are_the_service_s(way: str, name: str) -> None:
    one = container(way, name)
    assert one.spec["image"] == f"orders/{one.process.service}:latest"
    assert one.spec["command"] == [one.process.verb]
    assert "entrypoint" not in one.spec


@each_serving
def test_its_image_is_built_with_the_dockerfile_from_the_root(name: str) -> None:
    build = container("plain", name).spec["build"]
    assert build["args"] == [f"SERVICE={name}"]
    assert (FOLDER / build["context"] / build["dockerfile"]).resolve().is_file()


@both
@each
def test_every_variable_is_a_setting_and_every_setting_that_must_be_is_there(way: str, name: str) -> None:
    one = container(way, name)
    fields = one.process.settings.model_fields
    known = {one.process.prefix + field.upper(): entry for field, entry in fields.items()}
    assert one.settings.keys() <= known.keys()
    assert {variable for variable, field in known.items() if field.is_required()} <= one.settings.keys()


@both
@each
def test_the_process_starts_with_what_it_is_told(way: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    one = container(way, name)
    for variable, value in one.settings.items():
        monkeypatch.setenv(variable, value)
    assert one.process.settings().model_dump()["require_tls"] is (way == "tls")


@each
def test_with_tls_no_url_without_it_is_taken(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    one, plain = container("tls", name), container("plain", name)
    assert one.urls.keys() == plain.urls.keys() != set()
    for variable in one.urls:
        for other, value in (one.settings | {variable: plain.settings[variable]}).items():
            monkeypatch.setenv(other, value)
        with pytest.raises(ValueError, match="REQUIRE_TLS"):
            one.process.settings()


@each
def test_tls_changes_nothing_else_about_a_url(name: str) -> None:
    one, plain = container("tls", name), container("plain", name)
    for variable, url in one.urls.items():
        assert url._replace(query="", scheme=url.scheme.replace("rediss", "redis")) == plain.urls[variable]


@each
def test_the_files_that_a_url_names_are_mounted(name: str) -> None:
    one = container("tls", name)
    asked = {word.partition("=")[2] for url in one.urls.values() for word in url.query.split("&") if "/" in word}
    assert asked == {target for _, target, *_ in one.mounts} == {"/etc/orders/ca.crt"}
    assert container("plain", name).mounts == []


@both
@each_serving
async def test_it_is_asked_whether_it_is_ready_where_it_says_so(way: str, name: str) -> None:
    one = container(way, name)
    (asked,) = ASKS.findall(one.spec["healthcheck"]["test"][-1])
    assert asked == (str(port_of(name)), "/readyz")
    assert f"{one.process.prefix}PORT" not in one.settings
    assert one.settings[f"{one.process.prefix}HOST"] == "0.0.0.0"
    transport = httpx.ASGITransport(_service(name).probes(_not_yet, CollectorRegistry()))
    async with httpx.AsyncClient(transport=transport, base_url="http://container") as client:
        assert (await client.get(asked[1])).status_code == 503


async def _not_yet() -> list[str]:
    return ["not yet"]


def _service(name: str) -> Service:
    (found,) = [service for service in SERVICES if service.name == name]
    return found


@both
@each
def test_it_has_more_time_to_end_than_it_takes(way: str, name: str) -> None:
    one = container(way, name)
    (grace,) = SECONDS.findall(one.spec.get("stop_grace_period", "10s"))
    assert int(grace) > float(one.settings.get(f"{one.process.prefix}DRAIN_SECONDS", 0)) + one.process.drain


@pytest.mark.parametrize("name", ["command-api", "query-api"])
def test_behind_the_gateway_it_drains_for_longer_than_a_gateway_needs_to_notice(name: str) -> None:
    one = container("plain", name)
    (interval,) = re.findall(r"health_interval (\d+)s", CADDYFILE.read_text())
    assert float(one.settings[f"{one.process.prefix}DRAIN_SECONDS"]) > 2 * int(interval)


def test_the_gateway_finds_both_apis_and_is_found() -> None:
    gateway = container("plain", "gateway")
    text = CADDYFILE.read_text()
    assert gateway.mounts == [["../gateway/Caddyfile", gateway.spec["command"][-1], "ro"]]
    assert (FOLDER / "../gateway/Caddyfile").resolve() == CADDYFILE
    told = {name: value for name, value in gateway.settings.items() if not name.startswith("XDG_")}
    assert told == {
        "COMMAND_API": f"command-api:{port_of('command-api')}",
        "QUERY_API": f"query-api:{port_of('query-api')}",
    }
    assert [name for name in told if "{$" + name not in text] == []
    assert gateway.spec["ports"] == ["8000:8000"]
    assert "{$GATEWAY_PORT:8000}" in text
