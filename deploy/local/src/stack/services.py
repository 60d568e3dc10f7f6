"""How the four services are started: the same module and verbs as in a container, settings through the environment."""

import secrets
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from stack.launching import Command
from stack.parts import Site
from stack.ports import LOOPBACK
from stack.readiness import ask_ready

SECRET_BYTES = 32


def address_on(port: int) -> str:
    """The base address, without path, of a service on loopback."""
    return f"http://{LOOPBACK}:{port}"


@dataclass(frozen=True, slots=True)
class ServiceServer:
    """A process that answers /readyz at `url`."""

    url: str
    start: Command

    stop_signal = signal.SIGTERM

    def prepare(self) -> Self:
        return self

    def command(self) -> Command:
        return self.start

    def probe(self) -> str | None:
        return ask_ready(self.url)


def service(site: Site, module: str, verb: str, port: int, settings: Mapping[str, str]) -> ServiceServer:
    """`python -m MODULE VERB`, listening on `port`."""
    where = {"HOST": LOOPBACK, "PORT": str(port)}
    return ServiceServer(url=address_on(port), start=module_command(site, module, verb, where | dict(settings)))


def module_command(site: Site, module: str, verb: str, settings: Mapping[str, str]) -> Command:
    """The command for one verb of a service; `settings` get the prefix that its module name gives them."""
    prefix = f"{module.upper()}_"
    own = {f"{prefix}{name}": value for name, value in settings.items()}
    env = dict(site.environment) | {"PYTHONUNBUFFERED": "1"} | own
    return Command([sys.executable, "-P", "-m", module, verb], env, site.data)


def page_token_secret(data: Path) -> str:
    """The secret that signs page tokens; kept beside the data, so that a client's token survives a restart."""
    file = data / "page-token-secret"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(SECRET_BYTES))
    return file.read_text().strip()
