"""A lock that is older than what the pyprojects ask for does not pass."""

import shutil
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.architecture.locks import addresses, leftover, read_lock, unmet, wanted_by_everybody, wanted_by_service
from tests.architecture.tree import ROOT, SERVICES, copy_sources

FOLDER = ROOT / "requirements"
LOCKS = sorted(FOLDER.glob("*.txt"))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The pyprojects, elsewhere."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return copy_sources(tmp_path)


def test_there_is_a_lock_for_each_image_for_what_builds_it_for_development_and_for_uv() -> None:
    assert {lock.stem for lock in LOCKS} == {*SERVICES, "build", "dev", "uv"}


@pytest.mark.parametrize("lock", LOCKS, ids=[lock.name for lock in LOCKS])
def test_a_lock_holds_names_versions_and_hashes_and_no_address(lock: Path) -> None:
    assert addresses(lock) == []
    pins = read_lock(lock)
    assert pins
    assert [name for name, pin in pins.items() if pin.hashes == 0] == []


def test_the_development_lock_holds_what_the_workspace_asks_for() -> None:
    wanted, lock = wanted_by_everybody(ROOT), read_lock(FOLDER / "dev.txt")
    assert unmet(wanted, lock) == []
    assert leftover(wanted, lock) == set()


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_lock_holds_what_the_service_asks_for(service: str) -> None:
    wanted, lock = wanted_by_service(service, ROOT), read_lock(FOLDER / f"{service}.txt")
    assert unmet(wanted, lock) == []
    assert leftover(wanted, lock) == set()


def test_the_lock_of_the_build_holds_what_the_dockerfile_calls_and_nothing_else() -> None:
    wanted, lock = [Requirement(name) for name in ("uv", "uv-build", "cyclonedx-bom")], read_lock(FOLDER / "build.txt")
    assert unmet(wanted, lock) == []
    assert leftover(wanted, lock) == set()


@pytest.mark.parametrize("name", [*SERVICES, "build", "uv"])
def test_all_locks_are_of_one_resolution(name: str) -> None:
    development = read_lock(FOLDER / "dev.txt")
    for distribution, pin in read_lock(FOLDER / f"{name}.txt").items():
        assert pin.version == development[distribution].version, distribution


@pytest.mark.parametrize(
    ("file", "before", "after", "demand"),
    [
        ("services/projector/pyproject.toml", '"redis[hiredis]>=8,<9"', '"redis[hiredis]>=9"', "redis[hiredis]>=9"),
        ("services/projector/pyproject.toml", '"uvicorn', '"kafka-python>=2",\n  "uvicorn', "kafka-python>=2"),
        ("libs/contracts/pyproject.toml", '"msgspec>=0.20,<0.23"', '"msgspec<0.20"', "msgspec<0.20"),
    ],
)
def test_a_lock_older_than_the_pyproject_of_a_service_is_caught(
    copy: Path, file: str, before: str, after: str, demand: str
) -> None:
    _rewrite(copy / file, before, after)
    assert demand in unmet(wanted_by_service("projector", copy), read_lock(FOLDER / "projector.txt"))
    assert demand in unmet(wanted_by_everybody(copy), read_lock(FOLDER / "dev.txt"))


def test_a_lock_older_than_the_development_group_is_caught(copy: Path) -> None:
    _rewrite(copy / "pyproject.toml", '"respx', '"vcrpy>=7",\n  "respx')
    assert unmet(wanted_by_everybody(copy), read_lock(FOLDER / "dev.txt")) == ["vcrpy>=7"]


def test_a_lock_that_still_holds_what_was_dropped_is_caught(copy: Path) -> None:
    pyproject = copy / "services/command-api/pyproject.toml"
    kept = [line for line in pyproject.read_text().splitlines() if "stamina" not in line]
    pyproject.write_text("\n".join(kept))
    lock = read_lock(FOLDER / "command-api.txt")
    assert leftover(wanted_by_service("command-api", copy), lock) == {"stamina", "tenacity"}


@pytest.mark.parametrize("line", ["requests", "requests>=2", "-r other.txt", "requests @ https://example.org/r.whl"])
def test_a_line_that_pins_nothing_is_caught(tmp_path: Path, line: str) -> None:
    lock = tmp_path / "odd.txt"
    lock.write_text(f"{line}\n")
    with pytest.raises(ValueError, match=r"odd\.txt"):
        read_lock(lock)


@pytest.mark.parametrize(
    "line",
    ["--index-url https://example.org/simple", "--find-links wheels", "-i http://localhost", "a @ file:///a.whl"],
)
def test_an_address_is_caught(tmp_path: Path, line: str) -> None:
    lock = tmp_path / "odd.txt"
    lock.write_text(f"requests==2.0 \\\n    --hash=sha256:{'0' * 64}\n{line}\n")
    assert addresses(lock)


def _rewrite(file: Path, before: str, after: str) -> None:
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after))
