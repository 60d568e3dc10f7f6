"""If-None-Match and Prefer, as clients really write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from query_api.entrypoints.conditions import Preferences, known_versions, none_match, preferences


@pytest.mark.parametrize(
    "header", ['"3"', 'W/"3"', '"1", "3"', '"1","2" , W/"3"', "*", " * ", ', "3"', '"a,b", "3"', '"", "3"']
)
def test_a_tag_that_the_client_has_is_found(header: str) -> None:
    assert none_match(header, "3")


@pytest.mark.parametrize("header", ["", "3", '"4"', '"33"', '"13"', 'w/"3"', '"3', "'3'", '"4" "3"', '"a,"3""'])
def test_anything_else_is_not_the_tag(header: str) -> None:
    assert not none_match(header, "3")


@pytest.mark.parametrize(
    ("header", "versions"),
    [
        ('"3"', {3}),
        ('W/"3", "12" ,"a", "03", "0", "-1", "4"', {3, 12, 4}),
        (f'"{10**18}", "5"', {5}),
        ('"4" "3"', set()),
        ("*", set()),
        ("", set()),
    ],
)
def test_versions_are_known_from_tags(header: str, versions: set[int]) -> None:
    assert known_versions(header) == versions
    assert all(none_match(header, str(version)) for version in versions)


@pytest.mark.parametrize(
    ("header", "wait", "lenient"),
    [
        ("", 2, False),
        ("wait=5", 5, False),
        ("wait=0", 0, False),
        ("wait=600", 10, False),
        (f"wait={'9' * 5000}", 10, False),
        ('wait="7"', 7, False),
        ("WAIT = 7", 7, False),
        ("wait=7; reason=slow", 7, False),
        ("handling=lenient", 2, True),
        ("handling=strict", 2, False),
        ("Handling=Lenient, wait=1", 1, True),
        ('return=minimal, foo; a="x,y"; b, wait=3', 3, False),
        ("wait=3, wait=9", 3, False),
        (", ,wait=4", 4, False),
        ("respond-async, wait=4", 4, False),
        ("wait", 2, False),
        ("wait=", 2, False),
        ("wait=abc", 2, False),
        ("wait=-1", 2, False),
        ("wait=1.5", 2, False),
        ("wait=\u0665", 2, False),
    ],
)
def test_preferences_are_read_as_rfc_7240_writes_them(header: str, wait: int, lenient: bool) -> None:
    assert preferences(header) == Preferences(wait, lenient)


@given(st.text())
def test_no_header_whatever_makes_a_mistake_of_ours(header: str) -> None:
    assert 0 <= preferences(header).wait <= 10
    assert none_match(header, "3") in {True, False}
