"""What a client may write in a query, and what is refused with a word of explanation."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from query_api.entrypoints.parameters import Parameter, amount, integer, moment, one_of, query_values, sku, uuid
from query_api.entrypoints.problems import Problem
from query_api.entrypoints.questions import FILTERS, PAGING

EVERYTHING = (*FILTERS, *PAGING)
KNOWN = {parameter.name for parameter in EVERYTHING}


def read(query: str, parameters: tuple[Parameter, ...] = EVERYTHING) -> dict[str, Any]:
    return query_values({"query_string": query.encode("latin-1")}, parameters)


@pytest.mark.parametrize("text", ["20", "1", "100"])
def test_page_sizes_from_1_to_100_are_taken(text: str) -> None:
    assert read(f"page_size={text}") == {"page_size": int(text)}


@pytest.mark.parametrize(
    "query",
    [
        *(
            f"page_size={text}"
            for text in ("0", "101", "-1", "2.0", "1e1", "020", "%2B5", "+5", "", "x", "%D9%A3", "9" * 5000)
        ),
        "created_from=2026-11-22",
        "created_from=2026-11-22T00:00:00",
        "created_from=2026-11-22T00:00:00+01:00",
        "created_from=2026-13-22T00:00:00Z",
        "created_from=0000-01-01T00:00:00Z",
        "created_to=9999-12-31T23:59:59-23:59",
        "created_to=2026-11-22T24:00:60Z",
        f"min_total_cents={2**63}",
        f"max_total_cents=-{2**63 + 1}",
        "min_total_cents=-0",
        "min_total_cents=NaN",
        "status=draft",
        "status=",
        "sku=%20",
        "sku=-A",
        f"sku={'A' * 65}",
        "sku=A%00",
        "sku=A%0A",
        "reference=%00",
        "reference=",
        f"reference={'x' * 1001}",
        "customer_id=0193f5a27b1c7d3e8f4a5b6c7d8e9f01",
        "customer_id={0193f5a2-7b1c-7d3e-8f4a-5b6c7d8e9f01}",
        "foo=1",
        "Status=DRAFT",
        "status=DRAFT&status=DRAFT",
        "&".join(f"page_size=1&f{number}=1" for number in range(20)),
    ],
)
def test_what_cannot_be_is_refused_as_invalid(query: str) -> None:
    with pytest.raises(Problem) as caught:
        read(query)
    assert caught.value.code == "validation_failed"
    assert caught.value.errors[0].pointer.startswith("/query/")


@pytest.mark.parametrize("query", ["sku=%FF", "%ED%A0%80=1", "sku=\xff", "&".join(["a=1"] * 51)])
def test_what_cannot_even_be_read_is_malformed(query: str) -> None:
    with pytest.raises(Problem) as caught:
        read(query)
    assert caught.value.code == "malformed_request"


def test_all_mistakes_are_named_at_once() -> None:
    with pytest.raises(Problem) as caught:
        read("page_size=0&foo=1&status=x&reference=R")
    assert [error.pointer for error in caught.value.errors] == ["/query/page_size", "/query/foo", "/query/status"]


def test_moments_are_read_with_any_offset() -> None:
    expected = datetime(2026, 11, 22, 3, 43, 8, 120, tzinfo=UTC)
    for text in ("2026-11-22T03:43:08.000120Z", "2026-11-22t04:43:08.00012+01:00", "2026-11-22T03:43:08.000120999Z"):
        assert moment(text) == expected


@given(st.integers(-(2**63), 2**63 - 1))
def test_every_amount_that_postgres_can_hold_is_read(number: int) -> None:
    assert amount(str(number)) == number


@given(st.text(max_size=80))
def test_readers_take_or_refuse_but_never_fail_otherwise(text: str) -> None:
    for reader in (uuid, sku, moment, amount, integer(1, 100), one_of(["A"])):
        with suppress(ValueError):
            assert reader(text) is not None


@given(st.dictionaries(st.text(), st.text(), max_size=6))
def test_any_query_is_answered_or_refused_by_a_problem(query: dict[str, str]) -> None:
    encoded = urlencode(query, quote_via=quote)
    if any(name not in KNOWN for name in query):
        with pytest.raises(Problem):
            read(encoded)
    else:
        assert read(encoded) == {}
