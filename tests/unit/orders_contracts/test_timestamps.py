"""Moments: one way to write them, so that texts sort like what they mean."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders_contracts.timestamps import moment, timestamp

AWARE = st.datetimes(
    min_value=datetime(1970, 1, 2),  # noqa: DTZ001 - the strategy puts the zone on
    max_value=datetime(9999, 12, 30),  # noqa: DTZ001 - the strategy puts the zone on
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=-9, minutes=-30)), timezone(timedelta(hours=14))]),
)


@pytest.mark.parametrize(
    ("when", "text"),
    [
        (datetime(2026, 11, 22, 3, 43, 8, 120, UTC), "2026-11-22T03:43:08.000120Z"),
        (datetime(2026, 11, 22, 3, 43, 8, 0, UTC), "2026-11-22T03:43:08.000000Z"),
        (datetime(2026, 1, 1, 1, 0, 0, 5, timezone(timedelta(hours=2))), "2025-12-31T23:00:00.000005Z"),
    ],
)
def test_a_moment_is_written_in_utc_with_six_digits(when: datetime, text: str) -> None:
    assert timestamp(when) == text


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        timestamp(datetime(2026, 11, 22))  # noqa: DTZ001 - this is what is tried


@settings(deadline=None)
@given(AWARE)
def test_a_moment_is_read_back_as_it_was(when: datetime) -> None:
    text = timestamp(when)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", text)
    assert moment(text) == when
    assert moment(text).tzinfo is UTC


@settings(deadline=None)
@given(AWARE, AWARE)
def test_texts_sort_like_moments(one: datetime, other: datetime) -> None:
    assert (timestamp(one) < timestamp(other)) is (one < other)


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01T00:00:00.000000Z", "2026-11-22T03:43:08", "2026-11-22"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"isoformat|month|time zone"):
        moment(text)
