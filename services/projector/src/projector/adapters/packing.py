"""Postgres arrays in binary, packed by hand.

psycopg dumps the elements of a list one by one in Python, at about a microsecond each; these take a fifth of that, and
the rows of a batch are columns of such arrays. Source of the format: array_recv in PostgreSQL's arrayfuncs.c.
"""

from collections.abc import Iterable, Sequence
from struct import Struct
from typing import Final

from psycopg.abc import AdaptContext, Buffer
from psycopg.adapt import Dumper, Loader
from psycopg.pq import Format

_HEAD: Final = Struct("!iiIii").pack
_EMPTY: Final = Struct("!iiI").pack
_LENGTH: Final = Struct("!i").pack
_NULL: Final = _LENGTH(-1)
_SMALLINT: Final = Struct("!ih").pack
_BIGINT: Final = Struct("!iq").pack
_TRUE: Final = _LENGTH(1) + b"\x01"
_FALSE: Final = _LENGTH(1) + b"\x00"
_UUID: Final = _LENGTH(16)


class _Array(bytes):
    """A packed array, ready to be sent."""

    __slots__ = ()


class _BooleanArray(_Array):
    element, oid = 16, 1000


class _BytesArray(_Array):
    element, oid = 17, 1001


class _BigintArray(_Array):
    element, oid = 20, 1016


class _SmallintArray(_Array):
    element, oid = 21, 1005


class _TextArray(_Array):
    element, oid = 25, 1009


class _JsonArray(_Array):
    element, oid = 114, 199


class _UuidArray(_Array):
    element, oid = 2950, 2951


_KINDS: Final = (_BooleanArray, _BytesArray, _BigintArray, _SmallintArray, _TextArray, _JsonArray, _UuidArray)


def booleans(values: Sequence[bool]) -> bytes:
    """A boolean[]."""
    return _BooleanArray(_pack(_BooleanArray.element, [_TRUE if value else _FALSE for value in values]))


def bigints(values: Sequence[int | None]) -> bytes:
    """A bigint[]; None is NULL. Raises struct.error for a number beyond 64 bits."""
    items = [_NULL if value is None else _BIGINT(8, value) for value in values]
    return _BigintArray(_pack(_BigintArray.element, items, nulls=None in values))


def smallints(values: Sequence[int]) -> bytes:
    """A smallint[]. Raises struct.error for a number beyond 16 bits."""
    return _SmallintArray(_pack(_SmallintArray.element, [_SMALLINT(2, value) for value in values]))


def uuids(values: Sequence[bytes]) -> bytes:
    """A uuid[], from 16 bytes each."""
    return _UuidArray(_pack(_UuidArray.element, [_UUID + value for value in values]))


def jsons(values: Sequence[bytes]) -> bytes:
    """A json[], from final bytes."""
    return _JsonArray(_pack(_JsonArray.element, [part for value in values for part in (_LENGTH(len(value)), value)], 2))


def binaries(values: Sequence[bytes]) -> bytes:
    """A bytea[]."""
    return _BytesArray(
        _pack(_BytesArray.element, [part for value in values for part in (_LENGTH(len(value)), value)], 2)
    )


def texts(values: Iterable[str | None]) -> bytes:
    """A text[]; None is NULL."""
    raw = [None if value is None else value.encode() for value in values]
    items = [_NULL if value is None else _LENGTH(len(value)) + value for value in raw]
    return _TextArray(_pack(_TextArray.element, items, nulls=None in raw))


def _pack(element: int, parts: list[bytes], per_value: int = 1, *, nulls: bool = False) -> bytes:
    if not parts:
        return _EMPTY(0, 0, element)
    return b"".join([_HEAD(1, nulls, element, len(parts) // per_value, 1), *parts])


class _ArrayDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: bytes) -> Buffer:
        return obj


class _RawJsonLoader(Loader):
    """Stored JSON, as its bytes."""

    format = Format.BINARY

    def load(self, data: Buffer) -> bytes:
        return bytes(data)


def register(context: AdaptContext) -> None:
    """Teach a connection to send packed arrays, and to hand JSON over unread."""
    for kind in _KINDS:
        context.adapters.register_dumper(kind, type(f"{kind.__name__}Dumper", (_ArrayDumper,), {"oid": kind.oid}))
    context.adapters.register_loader("json", _RawJsonLoader)
