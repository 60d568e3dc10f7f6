"""What runs in the pods of our four images: the verb, the settings that it reads, and how long it takes to end."""

import base64
import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from pydantic_settings import BaseSettings

import command_api.settings
import outbox_relay.composition
import outbox_relay.settings
import projector.composition.process
import projector.settings
import query_api.entrypoints.server
import query_api.settings
from tests.contract.kubernetes.manifests import FOLDER, Pod, of_kind, pods_of, rendered

_RELAY: Final = outbox_relay.composition.GRACE_SECONDS
_ROW: Final = re.compile(r"^\| `([a-z-]+)` \| `([a-zA-Z.]+)` \|.*\| `([^`]+)` \|$", re.MULTILINE)


class Process(NamedTuple):
    """`drain`: the seconds that it may take from SIGTERM to its end."""

    service: str
    verb: str
    settings: type[BaseSettings]
    drain: float

    @property
    def prefix(self) -> str:
        """What the names of its settings begin with."""
        return self.settings.model_config["env_prefix"]


PROCESSES: Final[Mapping[str, Process]] = {
    "command-api": Process(
        "command-api",
        "serve",
        command_api.settings.Settings,
        command_api.settings.Settings.model_fields["shutdown_seconds"].default,
    ),
    "command-api-migrate": Process("command-api", "migrate", command_api.settings.Settings, 0),
    # The batch, twice: it is cancelled when it takes too long; the replays and the farewell beside it.
    "outbox-relay": Process(
        "outbox-relay", "run", outbox_relay.settings.Settings, _RELAY * (1 + 1 / 2 + 1 / 4 + 1 / 4)
    ),
    # The batch, the last bookmark, the farewell.
    "projector": Process(
        "projector",
        "run",
        projector.settings.Settings,
        projector.composition.process.GRACE_SECONDS + 2 * projector.composition.process.FAREWELL_SECONDS,
    ),
    "query-api": Process("query-api", "serve", query_api.settings.Settings, query_api.entrypoints.server.GRACE_SECONDS),
    "query-api-migrate": Process("query-api", "migrate", query_api.settings.MigrateSettings, 0),
}
"""By the name of the Deployment or Job."""


def our_pods(overlay: str) -> dict[str, Pod]:
    """The pods of the four images."""
    return {name: pod for name, pod in pods_of(overlay).items() if name in PROCESSES}


def documented_secrets() -> dict[tuple[str, str], str]:
    """By Secret and key, what the handbook shows as an example."""
    text = (FOLDER / "README.md").read_text("utf-8")
    return {(name, key): example for name, key, example in _ROW.findall(text)}


def generated_secrets() -> dict[tuple[str, str], str]:
    """By Secret and key, what `dev` makes."""
    found = of_kind("Secret", rendered("dev"))
    return {
        (name, key): base64.b64decode(value).decode()
        for name, secret in found.items()
        for key, value in secret["data"].items()
    }


def environment(pod: Pod, secrets: Mapping[tuple[str, str], str]) -> dict[str, str]:
    """What the process finds in its environment. Raises KeyError for a Secret that nobody brings."""

    def told(value: Any) -> str:
        return value if isinstance(value, str) else secrets[value]

    return {name: told(value) for name, value in pod.settings.items()}
