"""The compose files as compose reads them: alone, or that for TLS laid over the other; variables filled in."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

import orjson
import yaml

from tests.architecture.tree import ROOT
from tests.contract.kubernetes.processes import PROCESSES, Process

FOLDER: Final = ROOT / "deploy" / "compose"
WAYS: Final = {"plain": ["compose.yaml"], "tls": ["compose.yaml", "compose.tls.yaml"]}
"""The two ways to run it, and the files of each."""
CERTIFICATES: Final = "/certificates"
"""Where an operator keeps them in these tests."""
CONTAINERS: Final = {
    "command-api": "command-api",
    "outbox-relay": "outbox-relay",
    "projector": "projector",
    "query-api": "query-api",
    "write-migration": "command-api-migrate",
    "read-migration": "query-api-migrate",
}
"""The containers of our images, and the process in each."""
_WORDS: Final = ["--dry-run", "--env-file=/dev/null", "--profile=observability"]

Document = dict[str, Any]


def raw(name: str) -> Document:
    """One file, nothing filled in."""
    document: Document = yaml.load((FOLDER / name).read_text(), yaml.CSafeLoader)
    return document


def variables(name: str) -> dict[str, str]:
    """What a file asks of its environment: by name what follows it, such as `:?` or `:-latest`."""
    text = re.sub(r"^\s*#.*", "", (FOLDER / name).read_text(), flags=re.MULTILINE).replace("$$", "")
    return dict(re.findall(r"\$\{?([A-Za-z_]+)([^}]*)", text))


def new_passwords() -> dict[str, str]:
    """What new-env.sh says."""
    said = subprocess.run(["/bin/sh", FOLDER / "new-env.sh"], capture_output=True, text=True, check=True)
    return dict(line.split("=", 1) for line in said.stdout.splitlines())


@cache
def passwords() -> Mapping[str, str]:
    """Those that are filled in."""
    return new_passwords()


@dataclass(frozen=True, slots=True)
class Container:
    """A service, as compose calls it."""

    name: str
    spec: Document

    @property
    def settings(self) -> dict[str, str]:
        """Its environment; a number is said as compose says it."""
        return {name: str(value) for name, value in self.spec.get("environment", {}).items()}

    @property
    def urls(self) -> dict[str, SplitResult]:
        """Those among its settings."""
        return {name: urlsplit(value) for name, value in self.settings.items() if name.endswith("_URL")}

    @property
    def process(self) -> Process:
        """What runs in it, if the image is ours."""
        return PROCESSES[CONTAINERS[self.name]]

    @property
    def mounts(self) -> list[list[str]]:
        """Source, target and, where there is one, mode of each volume."""
        return [volume.split(":") for volume in self.spec.get("volumes", ())]


def composed(way: str) -> Document:
    """The whole document; the caller may change it."""
    document: Document = orjson.loads(_composed(way))
    return document


def containers(document: Document) -> dict[str, Container]:
    """All of it, by name."""
    return {name: Container(name, spec) for name, spec in document["services"].items()}


@cache
def _composed(way: str) -> bytes:
    program = str(Path(sys.executable).with_name("podman-compose"))
    files = [word for name in WAYS[way] for word in ("-f", str(FOLDER / name))]
    said = subprocess.run(
        [program, *_WORDS, *files, "config"],
        env={"PATH": os.defpath, "CERTIFICATES": CERTIFICATES, **passwords()},
        capture_output=True,
        text=True,
        check=True,
    )
    return orjson.dumps(yaml.load(said.stdout, yaml.CSafeLoader))
