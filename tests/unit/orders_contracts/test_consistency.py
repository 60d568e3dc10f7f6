"""The Consistency-Token: opaque, safe in a header, and nothing else passes for one."""

import re
from base64 import urlsafe_b64encode

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from orders_contracts.consistency import TOKEN_LIMIT, ConsistencyToken, decode_token, encode_token

VERSIONS = st.integers(min_value=1, max_value=10**18 - 1)
TOKENS = st.one_of(
    st.builds(ConsistencyToken, st.sampled_from(["order", "command"]), st.uuids().map(str), VERSIONS),
    st.builds(
        ConsistencyToken,
        st.just("product"),
        st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", fullmatch=True),
        VERSIONS,
    ),
)


def encoded(plain: str) -> str:
    """Text in the token's outer form."""
    return urlsafe_b64encode(plain.encode()).rstrip(b"=").decode()


@settings(deadline=None)
@given(TOKENS)
@example(ConsistencyToken("product", "X" * 64, 10**18 - 1))
def test_a_token_is_read_back_as_it_was(token: ConsistencyToken) -> None:
    text = encode_token(token)
    assert decode_token(text) == token
    assert re.fullmatch(r"[A-Za-z0-9_-]+", text)
    assert len(text) <= TOKEN_LIMIT


@settings(deadline=None)
@given(st.text(max_size=200))
@example("")
@example("=")
@example("é")
@example("o1")
def test_garbage_is_never_a_token(text: str) -> None:
    try:
        token = decode_token(text)
    except ValueError:
        return
    assert encode_token(token) == text


@settings(deadline=None)
@given(TOKENS, st.integers(min_value=0), st.characters(codec="ascii"))
def test_a_token_that_was_tampered_with_is_refused_or_another_one(
    token: ConsistencyToken, place: int, letter: str
) -> None:
    text = encode_token(token)
    place %= len(text)
    spoilt = text[:place] + letter + text[place + 1 :]
    assume(spoilt != text)
    try:
        found = decode_token(spoilt)
    except ValueError:
        return
    assert found != token
    assert encode_token(found) == spoilt


@pytest.mark.parametrize(
    "plain",
    [
        "o0.019abcde-0001-7000-8000-00000000f00d",
        "o01.019abcde-0001-7000-8000-00000000f00d",
        "o-1.019abcde-0001-7000-8000-00000000f00d",
        "o1.019ABCDE-0001-7000-8000-00000000F00D",
        "o1.019abcde000170008000-00000000f00d",
        "o1.TEA",
        "c1.TEA",
        "c0.019abcde-0001-7000-8000-00000000f00d",
        "p1.019abcde-0001-7000-8000-00000000f00d\n",
        "o1000000000000000000.019abcde-0001-7000-8000-00000000f00d",
        "p1.",
        "p1..TEA",
        "p1.TEA POT",
        "p1." + "X" * 65,
        "p1.TEA\n",
        "p٣.TEA",
        "x1.TEA",
        "",
    ],
)
def test_what_names_no_version_of_an_aggregate_is_refused(plain: str) -> None:
    with pytest.raises(ValueError, match="consistency token"):
        decode_token(encoded(plain))


@pytest.mark.parametrize("spoil", ["{}=", "{}==", " {}", "{}\n", "{}A", "{}AAAA", "/{}"])
def test_one_token_has_one_spelling(spoil: str) -> None:
    text = encoded("p12.TEA-1")
    assert decode_token(text) == ConsistencyToken("product", "TEA-1", 12)
    with pytest.raises(ValueError, match="consistency token"):
        decode_token(spoil.format(text))


def test_a_text_that_is_too_long_is_not_even_looked_at() -> None:
    with pytest.raises(ValueError, match="1 to 160"):
        decode_token("A" * (TOKEN_LIMIT + 1))
