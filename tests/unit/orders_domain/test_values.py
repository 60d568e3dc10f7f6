"""SKUs and currencies: what passes for one and what does not."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders_domain.values import (
    MAX_LINES,
    MAX_PRICE_CENTS,
    MAX_QUANTITY,
    MAX_STOCK,
    MAX_STOCK_DELTA,
    exponent,
    parse_currency,
    parse_sku,
)

FIRST = set(string.ascii_letters + string.digits)
REST = FIRST | set("._-")


def test_the_limits_are_those_that_are_published() -> None:
    assert (MAX_QUANTITY, MAX_LINES) == (9_999, 500)
    assert MAX_PRICE_CENTS == 999_999_999_999
    assert (MAX_STOCK_DELTA, MAX_STOCK) == (1_000_000_000, 1_000_000_000_000)


@pytest.mark.parametrize("text", ["A", "0", "a-b_c.d", "Z" * 64, "4006381333931"])
def test_these_are_skus(text: str) -> None:
    assert parse_sku(text) == text


@pytest.mark.parametrize(
    "text", ["", "-A", ".A", "_A", "A B", "A/B", "Z" * 65, "A\n", "é", "A\x00", "\u0661", "A\u0661"]
)
def test_these_are_no_skus(text: str) -> None:
    with pytest.raises(ValueError, match="a SKU is"):
        parse_sku(text)


def test_the_case_of_a_sku_counts() -> None:
    assert parse_sku("cup") != parse_sku("CUP")


@given(st.text(alphabet=sorted(REST | set(" /\n\x00éß\u0661")), max_size=70))
def test_a_sku_is_one_exactly_when_its_letters_and_length_are_right(text: str) -> None:
    right = 1 <= len(text) <= 64 and text[0] in FIRST and set(text) <= REST
    try:
        parse_sku(text)
    except ValueError:
        assert not right
    else:
        assert right


@pytest.mark.parametrize(
    ("code", "digits"), [("EUR", 2), ("USD", 2), ("JPY", 0), ("KRW", 0), ("KWD", 3), ("TND", 3), ("CLF", 4), ("XCG", 2)]
)
def test_a_currency_has_as_many_digits_as_the_standard_says(code: str, digits: int) -> None:
    assert exponent(parse_currency(code)) == digits


@pytest.mark.parametrize("text", ["", "eur", "EURO", "EU", "ZZZ", "XXX", "XAU", "HRK", "BGN", "EUR ", "€"])
def test_these_are_no_currencies(text: str) -> None:
    with pytest.raises(ValueError, match="a currency is"):
        parse_currency(text)
