"""The workspace as these tests see it: which packages there are, where their files lie, how to make a copy."""

import ast
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
SERVICES: Final = ("command-api", "outbox-relay", "projector", "query-api")
_MEMBERS: Final = ("libs", "services", "deploy")


@dataclass(frozen=True)
class Package:
    """One member of the workspace."""

    folder: Path

    @property
    def project(self) -> dict[str, Any]:
        """The `[project]` table of its pyproject."""
        project: dict[str, Any] = tomllib.loads((self.folder / "pyproject.toml").read_text())["project"]
        return project

    @property
    def name(self) -> str:
        """What it is called as a distribution."""
        return str(self.project["name"])

    @property
    def module(self) -> str:
        """What it is called in Python."""
        return self.name.replace("-", "_")

    @property
    def files(self) -> list[Path]:
        """Its Python files."""
        return sorted((self.folder / "src").rglob("*.py"))


def packages(root: Path = ROOT) -> list[Package]:
    """All members of the workspace under `root`."""
    return [
        Package(pyproject.parent)
        for member in _MEMBERS
        for pyproject in sorted((root / member).glob("*/pyproject.toml"))
    ]


def files_of_tests(root: Path = ROOT) -> list[Path]:
    """The Python files of the tests."""
    return sorted((root / "tests").rglob("*.py"))


def python_files(root: Path = ROOT) -> list[Path]:
    """All Python files that are ours."""
    return [file for package in packages(root) for file in package.files] + files_of_tests(root)


def copy_sources(target: Path, root: Path = ROOT) -> Path:
    """A copy of the packages and of what import-linter is told, to be spoilt at will."""
    shutil.copy(root / ".importlinter", target)
    for package in packages(root):
        folder = target / package.folder.relative_to(root)
        shutil.copytree(package.folder / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(package.folder / "pyproject.toml", folder)
    return target


def parsed(file: Path) -> ast.Module:
    """A file as a syntax tree."""
    return ast.parse(file.read_text("utf-8"), str(file))


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """All functions and methods, those inside others too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
