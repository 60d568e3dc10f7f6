"""The environment of each service, made in an empty folder by the commands of the Dockerfile itself."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path
from typing import Final

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.locks import read_lock
from tests.architecture.tree import ROOT, Package, packages
from tests.contract.images.dockerfile import DOCKERFILE, lay_out, of, stages

IN_THE_IMAGE: Final = "/opt/service"
_TOOLS: Final = str(Path(sys.executable).parent)
_RUN_BY_ALEMBIC: Final = "migrations/env.py"
"""It cannot be imported: it asks for a connection."""
_IMPORT: Final = """
import importlib, runpy, sys
program, *modules = sys.argv[1:]
for name in modules:
    importlib.import_module(name)
sys.argv = [program, "--help"]
runpy.run_path(program, run_name="__main__")
"""


class BuildFailed(Exception):
    """A command of the Dockerfile ended with another status than 0; the message has what it said."""


@dataclass(frozen=True, slots=True)
class Environment:
    """What `folder` holds is `/opt/service` in the image; what Python compiles of it goes to `compiled`."""

    service: str
    folder: Path
    compiled: Path

    @property
    def site(self) -> Path:
        """Where its packages lie."""
        (site,) = self.folder.glob("lib/python*/site-packages")
        return site

    def installed(self) -> dict[str, str]:
        """Every distribution in it, and the version."""
        return {canonicalize_name(one.name): one.version for one in distributions(path=[str(self.site)])}

    def run(self, program: str, *words: str) -> subprocess.CompletedProcess[str]:
        """One of its programs, with nothing of ours in the environment and nothing of ours around."""
        return subprocess.run(
            [self.folder / "bin" / program, *words],
            env={"PATH": f"{self.folder / 'bin'}:/usr/bin:/bin", "PYTHONPYCACHEPREFIX": str(self.compiled)},
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def import_all(self, modules: Iterable[str]) -> subprocess.CompletedProcess[str]:
        """Import them, then run the program in the same process, which has them by now, for its help."""
        program = str(self.folder / "bin" / "service")
        return self.run("python", "-I", "-X", f"pycache_prefix={self.compiled}", "-c", _IMPORT, program, *modules)


def build(service: str, folder: Path) -> Environment:
    """The environment of a service in `folder`, without its bill of materials. Raises BuildFailed.

    Another one that lay there makes place for it: at the same path, Python finds compiled what both have.
    """
    environment = Environment(service, folder / "service", folder / "compiled")
    for left in (folder / "build", environment.folder):
        shutil.rmtree(left, ignore_errors=True)
    lay_out(service, folder / "build")
    for command in commands(environment)[:-1]:
        execute(command, folder / "build", service)
    return environment


def commands(environment: Environment) -> list[str]:
    """What the Dockerfile runs to make it and, in the end, its bill of materials."""
    last = of("RUN", stages(DOCKERFILE.read_text())[1])[-1]
    return last.rest.replace(IN_THE_IMAGE, str(environment.folder)).split(" && ")


def execute(command: str, folder: Path, service: str) -> None:
    """As a build does it; the tools of requirements/build.txt are those of the development environment."""
    inherited = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    ran = subprocess.run(
        ["/bin/sh", "-c", command],
        env=inherited | {"PATH": f"{_TOOLS}:/usr/bin:/bin", "SERVICE": service},
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode != 0:
        raise BuildFailed(f"{command}\n{ran.stdout}{ran.stderr}")


def wanted(service: str) -> dict[str, str]:
    """What its lock asks for on this machine, and the workspace; with versions."""
    pins = read_lock(ROOT / "requirements" / f"{service}.txt")
    theirs = {name: pin.version for name, pin in pins.items() if not pin.marker or Marker(pin.marker).evaluate()}
    return theirs | {package.name: package.project["version"] for package in members(service)}


def members(service: str) -> list[Package]:
    """The packages of the workspace that a service is made of."""
    return list(_members(service, {package.name: package for package in packages()}))


def _members(name: str, workspace: dict[str, Package]) -> Iterator[Package]:
    yield workspace[name]
    for text in workspace[name].project["dependencies"]:
        if (needed := Requirement(text).name) in workspace:
            yield from _members(needed, workspace)


def modules(service: str) -> Iterator[str]:
    """The names of all modules of a service and of the libraries that it asks for."""
    for package in members(service):
        for file in package.files:
            name = file.relative_to(package.folder / "src").with_suffix("")
            if not file.as_posix().endswith(_RUN_BY_ALEMBIC):
                yield ".".join(name.parts).removesuffix(".__init__")
