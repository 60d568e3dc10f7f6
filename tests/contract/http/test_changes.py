"""A change that breaks clients is told from one that does not; and none of the released documents is broken today."""

from collections.abc import Callable
from copy import deepcopy
from functools import cache
from typing import Any, Final

import pytest

from tests.contract.http.changes import breaking, changes
from tests.contract.http.documents import SERVICES, document
from tests.contract.http.edits import BREAKS, FITS, SHOP, SILENT, Document, Edit
from tests.contract.releases.records import releases

_KEPT: Final = "said now, and kept from the first release on: anything else was always refused"
ALLOWED: Final[dict[str, str]] = {
    "header if-match: a value that was taken may be refused: may not match"
    r' ^(\*|"[1-9][0-9]{0,17}")$, the pattern that the reader asks for': _KEPT,
    "query reference: a value that was taken may be refused: may be shorter than 1, the least length that the reader"
    " takes": _KEPT,
    "query reference: a value that was taken may be refused: may be longer than 1000, the greatest length that the"
    " reader takes": _KEPT,
    r"query reference: a value that was taken may be refused: may not match ^[^\u0000-\u001f\u007f]*$, the pattern that"
    " the reader asks for": _KEPT,
    "what was taken may be refused: may not match"
    r" ^[^\x00-\x1f\x7f-\x9f]*[^\x00-\x1f\x7f-\x9f\s][^\x00-\x1f\x7f-\x9f]*$, the pattern that the reader asks for": (
        r"what release 1 wrote as \P{Cc} and [^\p{Cc}\s], for readers of patterns that do not know \p"
    ),
    "202: may now be answered": "only to those who ask for it with `Prefer: respond-async`, which meant nothing before",
}
"""Why a change that looks as if it broke clients does not, by how it is told of an operation."""


def edited(edit: Callable[[Edit], Any]) -> Document:
    changed = deepcopy(SHOP)
    edit(Edit(changed))
    return changed


@pytest.mark.parametrize(("edit", "words"), BREAKS.values(), ids=BREAKS.keys())
def test_a_change_that_breaks_clients_is_named(edit: Callable[[Edit], Any], words: str) -> None:
    told = [str(change) for change in breaking(SHOP, edited(edit))]
    assert [one for one in told if one.startswith(words)], told


@pytest.mark.parametrize(("edit", "words"), FITS.values(), ids=FITS.keys())
def test_a_change_that_breaks_nobody_is_only_noted(edit: Callable[[Edit], Any], words: str) -> None:
    changed = edited(edit)
    assert breaking(SHOP, changed) == []
    assert words in [str(change) for change in changes(SHOP, changed)]


@pytest.mark.parametrize("edit", SILENT.values(), ids=SILENT.keys())
def test_what_changes_nothing_for_anybody_is_not_told(edit: Callable[[Edit], Any]) -> None:
    assert changes(SHOP, edited(edit)) == []


@cache
def _broken_since_any_release() -> set[str]:
    """How the present documents break clients of any release."""
    return {
        str(change)
        for service in SERVICES
        for release in releases()
        for change in breaking(release.json(f"openapi/{service}.json"), document(service))
    }


def test_no_client_of_any_release_is_broken() -> None:
    unexplained = {one for one in _broken_since_any_release() if not one.endswith(tuple(ALLOWED))}
    assert unexplained == set()


def test_no_allowance_outlives_its_change() -> None:
    found = _broken_since_any_release()
    assert [words for words in ALLOWED if not any(one.endswith(words) for one in found)] == []
