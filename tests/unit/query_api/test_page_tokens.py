"""A page token fits one list, one set of filters, and cannot be made up."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from query_api.entrypoints.page_tokens import PageTokens
from query_api.entrypoints.problems import Problem

TOKENS = PageTokens("a secret that is long enough for a test")
FILTERS = {"status": "DRAFT", "customer_id": UUID(int=7)}


@given(st.text(max_size=150))
def test_a_token_gives_back_the_position_that_it_was_made_of(position: str) -> None:
    token = TOKENS.encode("orders", FILTERS, position)
    assert TOKENS.decode("orders", FILTERS, token) == position


def test_the_order_of_filters_does_not_matter() -> None:
    token = TOKENS.encode("orders", FILTERS, "x")
    assert TOKENS.decode("orders", dict(reversed(FILTERS.items())), token) == "x"


@pytest.mark.parametrize(
    ("listing", "filters"),
    [
        ("products", FILTERS),
        ("orders", {}),
        ("orders", {**FILTERS, "status": "CONFIRMED"}),
        ("orders", {**FILTERS, "sku": "A"}),
    ],
)
def test_a_token_does_not_fit_another_list_or_other_filters(listing: str, filters: dict[str, object]) -> None:
    token = TOKENS.encode("orders", FILTERS, "x")
    with pytest.raises(Problem) as caught:
        TOKENS.decode(listing, filters, token)
    assert caught.value.code == "malformed_request"


@given(st.data())
def test_a_token_with_any_character_changed_is_refused(data: st.DataObject) -> None:
    token = TOKENS.encode("orders", FILTERS, "2026-11-22T00:00:00+00:00 x")
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters().filter(lambda char: char != token[place]))
    with pytest.raises(Problem):
        TOKENS.decode("orders", FILTERS, token[:place] + other + token[place + 1 :])


@given(st.text(max_size=500))
def test_garbage_is_refused(garbage: str) -> None:
    with pytest.raises(Problem):
        TOKENS.decode("orders", FILTERS, garbage)


@pytest.mark.parametrize("more", ["=", "==", "!", " ", "\n", "A"])
def test_a_token_with_something_added_is_refused(more: str) -> None:
    with pytest.raises(Problem):
        TOKENS.decode("orders", FILTERS, TOKENS.encode("orders", FILTERS, "x") + more)


def test_a_token_of_another_secret_is_refused() -> None:
    other = PageTokens("another secret that is long enough here").encode("orders", FILTERS, "x")
    with pytest.raises(Problem):
        TOKENS.decode("orders", FILTERS, other)
