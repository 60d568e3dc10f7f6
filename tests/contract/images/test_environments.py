"""What is in an image: its service, what that needs, and nothing else."""

import filecmp
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from packaging.utils import canonicalize_name

from tests.architecture.outer import SERVICES, Service
from tests.contract.images.bill import bill_of_materials, faults
from tests.contract.images.dockerfile import lay_out
from tests.contract.images.environments import BuildFailed, Environment, build, execute, members, modules, wanted

NEVER: Final = {
    "command-api": {"redis", "hiredis"},
    "outbox-relay": {"fastapi", "orders-domain"},
    "projector": {"fastapi", "orders-domain"},
    "query-api": {"orders-domain", "redis", "hiredis"},
}
"""What would say that a boundary has moved."""
TOOLS: Final = {
    "hypothesis",
    "mypy",
    "pip",
    "podman-compose",
    "pytest",
    "ruff",
    "setuptools",
    "stack",
    "uv",
    "uv-build",
}
NAMES: Final = [service.name for service in SERVICES]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the four stand, one after the other."""
    return tmp_path_factory.mktemp("environments")


@pytest.fixture(scope="module", params=SERVICES, ids=NAMES)
def service(request: pytest.FixtureRequest) -> Service:
    """Each in turn."""
    found: Service = request.param
    return found


@pytest.fixture(scope="module")
def environment(place: Path, service: Service) -> Environment:
    """Of this service."""
    return build(service.name, place)


def test_in_it_is_what_the_lock_and_the_workspace_ask_for(environment: Environment, service: Service) -> None:
    assert environment.installed() == wanted(service.name)


def test_in_it_is_nothing_of_another_side_and_no_tool(environment: Environment, service: Service) -> None:
    installed = environment.installed().keys()
    assert installed & (NEVER[service.name] | TOOLS | set(NAMES)) == {service.name}


def test_every_module_of_it_can_be_imported_and_its_program_says_what_it_can_do(
    environment: Environment, service: Service
) -> None:
    names = set(modules(service.name))
    assert {f"{service.module}.__main__", "orders_contracts.codec"} <= names
    ran = environment.import_all(names)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert re.search(rf"^\W*{service.verb}  ", ran.stdout, re.MULTILINE), ran.stdout


def test_every_file_of_the_sources_is_in_it_as_it_is(environment: Environment, service: Service) -> None:
    assert list(_differing(environment)) == []


def _differing(environment: Environment) -> Iterator[Path]:
    for package in members(environment.service):
        sources = package.folder / "src"
        for file in (found for found in sources.rglob("*") if found.is_file() and "__pycache__" not in found.parts):
            there = environment.site / file.relative_to(sources)
            if not there.exists() or not filecmp.cmp(file, there, shallow=False):
                yield file


def test_its_bill_of_materials_names_all_that_is_in_it(tmp_path: Path) -> None:
    environment = build("projector", tmp_path)
    bill = bill_of_materials(environment)
    named = {canonicalize_name(one["name"]): one["version"] for one in bill["components"]}
    assert named == environment.installed()
    assert faults(bill) == []
    del bill["components"][0]["name"]
    assert faults(bill) != []


def test_where_a_lock_lacks_something_nothing_is_built(tmp_path: Path) -> None:
    lay_out("projector", tmp_path)
    lock = tmp_path / "requirements" / "projector.txt"
    lock.write_text(re.sub(r"^redis==(?:.*\\\n)+.*\n", "", lock.read_text(), flags=re.MULTILINE))
    install = f"{tmp_path}/deploy/docker/install.sh projector {tmp_path}/service"
    with pytest.raises(BuildFailed, match="redis"):
        execute(install, tmp_path, "projector")


def test_the_environment_of_development_would_not_do(tmp_path: Path) -> None:
    here = Environment("projector", Path(sys.executable).parents[1], tmp_path)
    assert NEVER["projector"] | {"pytest", "uv"} <= here.installed().keys() - wanted("projector").keys()
