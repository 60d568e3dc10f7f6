"""Each package asks for what it imports and imports what it asks for."""

from pathlib import Path

import pytest

from tests.architecture.declared import (
    LOADED_BY_NAME,
    TOOLS,
    declared,
    development,
    undeclared,
    undeclared_in_tests,
    unused,
    unused_in_tests,
)
from tests.architecture.linter import planted
from tests.architecture.tree import ROOT, Package, copy_sources, packages

ALL = packages()


@pytest.mark.parametrize("package", ALL, ids=[package.name for package in ALL])
def test_a_package_declares_what_it_imports(package: Package) -> None:
    assert undeclared(package, ROOT) == []


@pytest.mark.parametrize("package", ALL, ids=[package.name for package in ALL])
def test_a_package_imports_what_it_declares(package: Package) -> None:
    assert unused(package) == set()


def test_the_tests_import_what_the_workspace_declares() -> None:
    assert undeclared_in_tests(ROOT) == []


def test_the_development_group_holds_nothing_idle() -> None:
    assert unused_in_tests(ROOT) == set()


def test_every_exception_is_still_needed() -> None:
    assert LOADED_BY_NAME.keys() <= set().union(*(declared(package) for package in ALL))
    assert TOOLS.keys() <= development(ROOT)


@pytest.mark.parametrize(
    ("file", "line", "module"),
    [
        ("libs/domain/src/orders_domain/values.py", "import msgspec", "msgspec"),
        ("libs/contracts/src/orders_contracts/streams.py", "from orjson import dumps", "orjson"),
        ("services/outbox-relay/src/outbox_relay/composition.py", "def late():\n    import httpx", "httpx"),
        ("services/projector/src/projector/composition/process.py", "import yaml", "yaml"),
        ("services/query-api/src/query_api/composition.py", "import redis.asyncio", "redis"),
        ("services/query-api/src/query_api/composition.py", "import orders_domain", "orders_domain"),
        ("services/query-api/src/query_api/settings.py", "from . import composition", "a relative import"),
    ],
)
def test_an_undeclared_import_is_caught(tmp_path: Path, file: str, line: str, module: str) -> None:
    copy = copy_sources(tmp_path)
    with planted(copy / file, line):
        assert [found for package in packages(copy) for found in undeclared(package, copy)] == [f"{file}: {module}"]


def test_an_undeclared_import_of_a_test_is_caught(tmp_path: Path) -> None:
    copy = copy_sources(tmp_path)
    (copy / "pyproject.toml").write_text('[dependency-groups]\ndev = ["pytest>=9"]\n')
    with planted(copy / "tests/test_odd.py", "import pytest, redis, tests.odd, yaml"):
        assert undeclared_in_tests(copy) == ["tests/test_odd.py: yaml"]
        assert unused_in_tests(copy) == set()
    assert unused_in_tests(copy) == {"pytest"}


def test_an_idle_dependency_is_caught(tmp_path: Path) -> None:
    copy = copy_sources(tmp_path)
    package = next(package for package in packages(copy) if package.name == "orders-domain")
    pyproject = package.folder / "pyproject.toml"
    pyproject.write_text(pyproject.read_text().replace("dependencies = [", 'dependencies = [\n  "httpx>=0.28",'))
    assert unused(package) == {"httpx"}
