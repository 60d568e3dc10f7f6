"""The locks (requirements/*.txt) against what the pyprojects ask for."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import Final, NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.declared import requirements_of_development
from tests.architecture.tree import Package, packages

_PIN: Final = re.compile(r"(?P<name>[a-z0-9-]+)==(?P<version>[^\s;]+)(?: ; (?P<marker>[^\\]+))?")
_HASH: Final = re.compile(r"--hash=sha256:[0-9a-f]{64}")
_ADDRESS: Final = re.compile(r"://|--(extra-)?index-url|--find-links|^-i\b|^-f\b|@ ", re.MULTILINE)


class Pin(NamedTuple):
    """One distribution in a lock. `hashes` counts them."""

    version: str
    marker: str
    hashes: int


def read_lock(lock: Path) -> dict[str, Pin]:
    """A lock by distribution. Raises ValueError for a line that is no pin."""
    pins: dict[str, Pin] = {}
    for entry in lock.read_text().replace("\\\n", " ").splitlines():
        words = entry.split("--hash", 1)[0].strip()
        found = _PIN.fullmatch(words)
        if found is None:
            raise ValueError(f"{lock.name}: {entry[:80]}")
        pins[found["name"]] = Pin(found["version"], (found["marker"] or "").strip(), len(_HASH.findall(entry)))
    return pins


def addresses(lock: Path) -> list[str]:
    """Whatever in a lock says where to get something."""
    return [found.group() for found in _ADDRESS.finditer(lock.read_text())]


def wanted_by_service(name: str, root: Path) -> list[Requirement]:
    """What a service's image needs: its own requirements, and those of our libraries that it asks for."""
    members = {package.name: package for package in packages(root)}
    return _third_party(members[name], members)


def wanted_by_everybody(root: Path) -> list[Requirement]:
    """What the development environment needs: the requirements of all packages, and of the development group."""
    members = {package.name: package for package in packages(root)}
    theirs = [requirement for package in members.values() for requirement in _third_party(package, members)]
    return theirs + requirements_of_development(root)


def unmet(wanted: Iterable[Requirement], lock: Mapping[str, Pin]) -> list[str]:
    """Each requirement that the lock does not hold, or holds at a version out of its bounds."""
    return sorted(
        {
            str(requirement)
            for requirement in wanted
            if (pin := lock.get(canonicalize_name(requirement.name))) is None
            or not requirement.specifier.contains(pin.version)
        }
    )


def leftover(wanted: Iterable[Requirement], lock: Mapping[str, Pin]) -> set[str]:
    """What the lock holds and nobody asks for, neither the pyprojects nor any distribution that they lead to."""
    reached: set[tuple[str, frozenset[str]]] = set()
    ahead = [_step(requirement) for requirement in wanted]
    while ahead:
        step = ahead.pop()
        if step not in reached:
            reached.add(step)
            ahead += _next(*step)
    return lock.keys() - {name for name, _ in reached}


@cache
def _next(name: str, extras: frozenset[str]) -> list[tuple[str, frozenset[str]]]:
    """What a distribution asks for, on any machine. One that is not installed here asks for nothing."""
    try:
        texts = requires(name) or []
    except PackageNotFoundError:
        return []
    found = [Requirement(text) for text in texts]
    return [_step(one) for one in found if _applies(one, extras)]


def _step(requirement: Requirement) -> tuple[str, frozenset[str]]:
    return canonicalize_name(requirement.name), frozenset(requirement.extras)


def _applies(requirement: Requirement, extras: frozenset[str]) -> bool:
    marker = str(requirement.marker or "")
    named = set(re.findall(r"extra == \"([^\"]+)\"", marker))
    return not named or bool({canonicalize_name(name) for name in named} & extras)


def _third_party(package: Package, members: Mapping[str, Package]) -> list[Requirement]:
    found: list[Requirement] = []
    for text in package.project["dependencies"]:
        requirement = Requirement(text)
        ours = members.get(requirement.name)
        found += [requirement] if ours is None else _third_party(ours, members)
    return found
