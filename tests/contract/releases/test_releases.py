"""What was released stays as it was."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from tests.contract.databases.rows import read
from tests.contract.releases.contents import contents
from tests.contract.releases.records import BEFORE, DIGESTS, FOLDER, add, faults, releases
from tests.contract.releases.released_reader import released_reader

Change = Callable[[Path], object]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of all releases."""
    target = tmp_path / "releases"
    shutil.copytree(FOLDER, target)
    return target


def test_there_is_a_release_and_none_was_changed() -> None:
    assert releases()
    assert faults() == []


_SAMPLE: Final = "1/examples/OrderCreated.v1.json"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda copy: (copy / _SAMPLE).write_bytes((copy / _SAMPLE).read_bytes() + b" "), f"{_SAMPLE}: was changed"),
        (lambda copy: (copy / _SAMPLE).unlink(), f"{_SAMPLE}: was removed"),
        (lambda copy: (copy / "1/examples/More.json").write_text("{}"), "1/examples/More.json: was added"),
        (lambda copy: shutil.rmtree(copy / "1"), "1: is missing"),
    ],
    ids=["changed", "removed", "added", "gone"],
)
def test_a_change_of_the_past_is_caught(copy: Path, change: Change, fault: str) -> None:
    add({"note.txt": b"later"}, copy)
    change(copy)
    assert faults(copy)[:1] == [fault]


def test_a_past_that_was_made_anew_with_digests_that_fit_is_caught_by_the_release_after_it(copy: Path) -> None:
    last = len(releases(copy))
    add({"note.txt": b"as it was"}, copy)
    later = add({"note.txt": b"later"}, copy).folder.rename(copy.parent / "later")
    shutil.rmtree(copy / str(last + 1))
    add({"note.txt": b"as it should have been"}, copy)
    later.rename(copy / str(last + 2))
    assert faults(copy) == [f"{last + 2}/{BEFORE}: was changed"]


def test_a_release_is_added_behind_the_others(copy: Path) -> None:
    count = len(releases(copy))
    made = add({"schemas/New.v1.json": b"{}"}, copy)
    assert (made.number, made.names("schemas"), made.json("schemas/New.v1.json")) == (count + 1, ["New.v1.json"], {})
    assert faults(copy) == []
    assert (made.folder / DIGESTS).exists()


def test_a_release_of_now_would_hold_what_the_last_one_held_and_can_be_made_of_this_code(
    write_database_url: str, read_database_url: str, copy: Path
) -> None:
    found = contents(write_database_url, read_database_url)
    last = releases()[-1]
    kinds = {path.rpartition("/")[0] for path in found}
    assert kinds >= {"", "schemas", "examples", "reader/orders_contracts", "openapi", "databases"}
    kept = [path for path in last.json(DIGESTS) if path.startswith(("schemas/", "examples/", "openapi/"))]
    assert found.keys() >= set(kept)
    made = add(found, copy)
    assert faults(copy) == []
    assert released_reader(made).codec.decode_event(made.example("OrderCreated.v1.json")).envelope.specversion == "1.0"
    rows = read(found[next(path for path in found if path.startswith("databases/read."))])
    assert {name for name, table in rows.items() if bytes(table) == b"[]"} == {"parked_event", "projection_heads"}
