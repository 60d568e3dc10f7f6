"""The outer files of the four services, side by side: they share no code, so tests hold their outside together."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any, Final, NamedTuple

from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from pydantic_settings import BaseSettings
from starlette.applications import Starlette
from starlette.types import ASGIApp
from typer.testing import CliRunner

import command_api.entrypoints.probes
import command_api.settings
import outbox_relay.entrypoints.probes
import outbox_relay.settings
import projector.entrypoints.probes
import projector.settings
import query_api.entrypoints.probes
import query_api.settings
from command_api.entrypoints.probes import Readiness

_DATABASE: Final = "postgresql://nobody@127.0.0.1:1/nothing"
_REDIS: Final = "redis://127.0.0.1:1/0"

LOGGING: Final = """
import logging, structlog
from {module}.observability import configure_logging

configure_logging("info", "json")
log = structlog.stdlib.get_logger()
log.debug("not worth a line")
log.info("hello", correlation_id="r-1", count=3)
logging.getLogger("library").warning("%s is odd", "this")
try:
    1 / 0
except ZeroDivisionError:
    log.exception("failed")
"""
"""Says three things worth a line."""


class Service(NamedTuple):
    """A service's outside. `needed` are the settings without which it does not start."""

    name: str
    verb: str
    settings: type[BaseSettings]
    needed: dict[str, str]
    probes: Callable[[Readiness, CollectorRegistry], ASGIApp]

    @property
    def module(self) -> str:
        """Its name in Python."""
        return self.name.replace("-", "_")

    @property
    def prefix(self) -> str:
        """What the names of its settings begin with."""
        return f"{self.module.upper()}_"

    def environment(self, **settings: str | None) -> dict[str, str | None]:
        """The variables that it needs, some of them different (None: not there)."""
        return {self.prefix + name.upper(): value for name, value in {**self.needed, **settings}.items()}

    def refusal(self, **settings: str | None) -> tuple[int, str, str]:
        """Start it with `settings`: exit status, standard output, standard error."""
        main = import_module(f"{self.module}.__main__")
        ended = CliRunner().invoke(main.app, [self.verb], env=self.environment(**settings))
        return ended.exit_code, ended.stdout, ended.stderr

    def python(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run Python with none of this service's settings."""
        return subprocess.run(
            [sys.executable, *words],
            env={name: value for name, value in os.environ.items() if not name.startswith(self.prefix)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def log_lines(self) -> list[dict[str, Any]]:
        """What it writes when it speaks, a library warns, and something fails."""
        ran = self.python("-c", LOGGING.format(module=self.module))
        assert ran.stderr == ""
        return [json.loads(line) for line in ran.stdout.splitlines()]


def _command_api_probes(readiness: Readiness, registry: CollectorRegistry) -> ASGIApp:
    app = FastAPI()
    command_api.entrypoints.probes.install_probes(app, readiness, registry)
    return app


def _query_api_probes(readiness: Readiness, registry: CollectorRegistry) -> ASGIApp:
    return Starlette(routes=query_api.entrypoints.probes.probe_routes(readiness, registry))


SERVICES: Final = (
    Service("command-api", "serve", command_api.settings.Settings, {"database_url": _DATABASE}, _command_api_probes),
    Service(
        "outbox-relay",
        "run",
        outbox_relay.settings.Settings,
        {"database_url": _DATABASE, "redis_url": _REDIS},
        lambda readiness, registry: outbox_relay.entrypoints.probes.probes_app(readiness, dict, registry),
    ),
    Service(
        "projector",
        "run",
        projector.settings.Settings,
        {"database_url": _DATABASE, "redis_url": _REDIS},
        lambda readiness, registry: projector.entrypoints.probes.probes_app(readiness, dict, registry),
    ),
    Service(
        "query-api",
        "serve",
        query_api.settings.Settings,
        {"database_url": _DATABASE, "page_token_secret": "s" * 32},
        _query_api_probes,
    ),
)
