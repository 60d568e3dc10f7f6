"""Arrays packed by hand are what psycopg would have packed."""

import struct
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.adapt import PyFormat, Transformer
from psycopg.types.numeric import Int2, Int8

from projector.adapters import packing

SMALL, BIG = 2**15 - 1, 2**63 - 1


def by_psycopg(values: Sequence[object]) -> bytes:
    return bytes(Transformer().get_dumper(list(values), PyFormat.BINARY).dump(list(values)) or b"")


@given(st.lists(st.integers(-BIG - 1, BIG), min_size=1))
def test_bigints_are_packed_as_psycopg_does(values: list[int]) -> None:
    assert packing.bigints(values) == by_psycopg([Int8(value) for value in values])


@given(st.lists(st.none() | st.integers(-BIG - 1, BIG), min_size=1))
def test_bigints_and_nulls_are_packed_as_psycopg_does(values: list[int | None]) -> None:
    if any(value is not None for value in values):
        assert packing.bigints(values) == by_psycopg([None if value is None else Int8(value) for value in values])


@given(st.lists(st.binary(), min_size=1))
def test_bytes_are_packed_as_psycopg_does(values: list[bytes]) -> None:
    assert packing.binaries(values) == by_psycopg(values)


@given(st.lists(st.integers(-SMALL - 1, SMALL), min_size=1))
def test_smallints_are_packed_as_psycopg_does(values: list[int]) -> None:
    assert packing.smallints(values) == by_psycopg([Int2(value) for value in values])


@given(st.lists(st.booleans(), min_size=1))
def test_booleans_are_packed_as_psycopg_does(values: list[bool]) -> None:
    assert packing.booleans(values) == by_psycopg(values)


@given(st.lists(st.uuids(), min_size=1))
def test_uuids_are_packed_as_psycopg_does(values: list[UUID]) -> None:
    assert packing.uuids([value.bytes for value in values]) == by_psycopg(values)


@given(st.lists(st.none() | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), min_size=1))
def test_texts_and_nulls_are_packed_as_psycopg_does(values: list[str | None]) -> None:
    if any(value is not None for value in values):
        assert packing.texts(values) == by_psycopg(values)


@pytest.mark.parametrize("pack", [packing.bigints, packing.texts, packing.jsons, packing.uuids, packing.booleans])
def test_an_empty_array_has_no_dimensions(pack: Callable[[Sequence[Any]], bytes]) -> None:
    assert pack([])[:8] == struct.pack("!ii", 0, 0)


@pytest.mark.parametrize("value", [BIG + 1, -BIG - 2])
def test_a_number_beyond_64_bits_is_refused(value: int) -> None:
    with pytest.raises(struct.error):
        packing.bigints([value])


def test_the_kinds_are_named_by_the_numbers_that_postgres_has_for_them() -> None:
    types = psycopg.adapters.types
    for name, array in (
        ("bool", packing.booleans([])),
        ("bytea", packing.binaries([])),
        ("int8", packing.bigints([])),
        ("int2", packing.smallints([])),
        ("text", packing.texts([])),
        ("json", packing.jsons([])),
        ("uuid", packing.uuids([])),
    ):
        assert (types[name].oid, types[name].array_oid) == (array.element, array.oid)  # type: ignore[attr-defined]
