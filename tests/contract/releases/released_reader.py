"""The reader of a release, loaded beside the present one: its models, upcasters, keys and codec as they were."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module, invalidate_caches
from types import ModuleType
from typing import Any, Final, NamedTuple

from tests.contract.releases.records import Release

_PACKAGE: Final = "orders_contracts"


class ReleasedReader(NamedTuple):
    """Modules of `orders_contracts` as they were released."""

    codec: Any
    heads: Any
    registry: Any
    replay: Any
    streams: Any


def released_reader(release: Release) -> ReleasedReader:
    """What services of that time ran with. The present package is untouched."""
    folder = str(release.folder / "reader")
    with _without_the_present_one(), _first_on_the_path(folder):
        modules = [import_module(f"{_PACKAGE}.{name}") for name in ReleasedReader._fields]
        assert all(str(module.__file__).startswith(folder) for module in modules)
        return ReleasedReader(*modules)


@contextmanager
def _without_the_present_one() -> Iterator[None]:
    present = _taken_out()
    try:
        yield
    finally:
        _taken_out()
        sys.modules.update(present)


def _taken_out() -> dict[str, ModuleType]:
    names = [name for name in sys.modules if name.partition(".")[0] == _PACKAGE]
    return {name: sys.modules.pop(name) for name in names}


@contextmanager
def _first_on_the_path(folder: str) -> Iterator[None]:
    """No bytecode is left behind: a release is not written to."""
    writes_none, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    sys.path.insert(0, folder)
    invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(folder)
        sys.dont_write_bytecode = writes_none
