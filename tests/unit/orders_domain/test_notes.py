"""Remarks on an order, in any state."""

import pytest

from orders_domain.errors import NoteLimit
from orders_domain.events import NoteAdded
from orders_domain.evolving import fold
from orders_domain.values import MAX_NOTE_CHARACTERS, MAX_NOTES
from tests.unit.orders_domain.examples import after, draft
from tests.unit.orders_domain.moments import STAGES, noting
from tests.unit.orders_domain.scenario import given


@pytest.mark.parametrize("stage", STAGES)
def test_a_note_is_kept_in_any_state_and_changes_no_amount(stage: str) -> None:
    before = given(*STAGES[stage])
    order = before.when(noting("call first")).then(NoteAdded(text="call first", results=before.order.results))
    assert (order.status.value, order.notes) == (stage, 1)


def test_the_same_note_twice_is_two_notes() -> None:
    assert fold(after(draft(), noting("again"), noting("again"))).notes == 2


def test_an_order_has_at_most_so_many_notes() -> None:
    full = after(draft(), *[noting("so")] * MAX_NOTES)
    assert fold(full).notes == MAX_NOTES == 100
    given(*full).when(noting("one more")).refuses(NoteLimit, "note_limit", limit=MAX_NOTES)


def test_a_note_has_as_many_characters_as_it_may_whatever_their_bytes() -> None:
    assert MAX_NOTE_CHARACTERS == 2_000
    assert fold(after(draft(), noting("\N{TEACUP WITHOUT HANDLE}" * MAX_NOTE_CHARACTERS))).notes == 1


@pytest.mark.parametrize("text", ["", "x" * (MAX_NOTE_CHARACTERS + 1)])
def test_a_note_that_is_empty_or_too_long_is_an_error_of_the_caller(text: str) -> None:
    with pytest.raises(ValueError, match="a note has"):
        fold(draft()).add_note(text)
