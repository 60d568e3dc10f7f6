"""deploy/compose as it is, brought up by podman-compose with the images made here, and with TLS to every engine."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from stack.ports import choose_port
from tests.architecture.tree import ROOT, SERVICES
from tests.containers.certificates import issue
from tests.containers.host import CommandFailed, Host
from tests.containers.images import ENGINES, TAGS

COMPOSE: Final = ROOT / "deploy" / "compose"
PROJECT: Final = "orders"
ENGINE_NAMES: Final = ("write-db", "read-db", "redis")
PORTS: Final = {
    "command-api": 8001,
    "query-api": 8002,
    "outbox-relay": 8003,
    "projector": 8004,
    "write-db": 5432,
    "read-db": 5432,
    "redis": 6379,
    "gateway": 8000,
}
NEXT: Final = {"command-api": "command-api-next", "query-api": "query-api-next"}
"""What the one beside an API is called, while it is rolled."""
_READY_WITHIN: Final = 120.0


class TooLate(Exception):
    """Something did not come about in time; the message says what."""


@dataclass(frozen=True, slots=True)
class System:
    """The running containers."""

    host: Host
    gateway_port: int
    environment: dict[str, str]

    @property
    def gateway(self) -> str:
        """Where clients go."""
        return f"http://127.0.0.1:{self.gateway_port}"

    def compose(self, *words: str) -> str:
        """One verb of podman-compose."""
        program = str(Path(sys.executable).with_name("podman-compose"))
        files = ["-f", str(COMPOSE / "compose.yaml"), "-f", str(COMPOSE / "compose.tls.yaml")]
        return self.host.run([program, "-p", PROJECT, *files, *words], env=self.environment)

    def container(self, service: str) -> str:
        """What the first container of a service is called."""
        return f"{PROJECT}_{service}_1"

    def inspect(self, container: str) -> dict[str, Any]:
        """All that podman knows of a container."""
        found: list[dict[str, Any]] = json.loads(self.host.run(["podman", "inspect", container]))
        return found[0]

    def addresses(self, container: str) -> dict[str, str]:
        """Its address in each of its networks."""
        networks = self.inspect(container)["NetworkSettings"]["Networks"]
        return {name.removeprefix(f"{PROJECT}_"): network["IPAddress"] for name, network in networks.items()}

    def execute(self, container: str, *words: str) -> str:
        """Run a command in it. Raises CommandFailed."""
        return self.host.run(["podman", "exec", container, *words], within=60)

    def ready(self, container: str, port: int) -> bool:
        """Whether the process in it says so on /readyz, asked from within."""
        ask = f"import urllib.request as r; r.urlopen('http://127.0.0.1:{port}/readyz', timeout=2)"
        return self.host.succeeds(["podman", "exec", container, "python3", "-c", ask])

    def wait_until_ready(self, container: str, port: int) -> None:
        """Raises TooLate, with the end of what it said."""
        try:
            until(lambda: self.ready(container, port), f"{container} is ready")
        except TooLate as late:
            said = subprocess.run(
                ["podman", "logs", "--tail=5", container], capture_output=True, text=True, check=False
            )
            raise TooLate(f"{late}: {said.stdout}{said.stderr}") from None


@contextmanager
def running(host: Host) -> Iterator[System]:
    """The whole system, every service ready; taken down in the end, data and all."""
    system = System(host, choose_port(8000), {})
    system.environment.update(_environment(host, system.gateway_port))
    with suppress(CommandFailed):  # there was nothing
        system.compose("down", "--volumes")
    try:
        system.compose("up", "--detach", "--no-build")
        for service in SERVICES:
            system.wait_until_ready(system.container(service), PORTS[service])
        yield system
    finally:
        keep_logs(host)
        host.run(["podman", "rm", "--force", "--time=0", "--ignore", *(f"{service}-next" for service in SERVICES)])
        system.compose("down", "--volumes")


def keep_logs(host: Host) -> None:
    """What every container has said so far, in a file of its own."""
    logs = host.folder / "logs"
    logs.mkdir(exist_ok=True)
    for name in host.run(["podman", "ps", "--all", "--format={{.Names}}"]).split():
        with (logs / f"{name}.log").open("wb") as log:
            subprocess.run(["podman", "logs", name], stdout=log, stderr=subprocess.STDOUT, check=False)


def until(reached: Callable[[], bool], what: str, within: float = _READY_WITHIN) -> None:
    """Look again and again. Raises TooLate."""
    deadline = time.monotonic() + within
    while not reached():
        if time.monotonic() > deadline:
            raise TooLate(f"it did not come about in {within:.0f} s that {what}")
        time.sleep(0.2)


def _environment(host: Host, port: int) -> dict[str, str]:
    lines = host.run(["sh", str(COMPOSE / "new-env.sh")]).split()
    passwords = dict(line.split("=", 1) for line in lines)
    engines = dict.fromkeys(("POSTGRES_IMAGE", "VALKEY_IMAGE", "GATEWAY_IMAGE"), ENGINES)
    beside = {f"{name.replace('-', '_').upper()}S": f"{name}:{PORTS[name]} {NEXT[name]}:{PORTS[name]}" for name in NEXT}
    own = beside | {
        "TAG": TAGS[0],
        "GATEWAY_PORT": str(port),
        "CERTIFICATES": str(issue(host.folder / "tls", ENGINE_NAMES)),
    }
    return passwords | engines | own
