"""How values cross to Postgres and back without being unpacked: documents stay bytes, ids stay 16 bytes."""

from collections.abc import Iterable, Sequence
from struct import Struct
from typing import Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.abc import Buffer
from psycopg.adapt import Dumper
from psycopg.pq import Format
from psycopg.types.string import ByteaBinaryLoader

_ARRAY_HEAD: Final = Struct("!iiIii")
_ITEM_HEAD: Final = (16).to_bytes(4, "big")
_UUID_OID: Final = 2950
_UUID_ARRAY_OID: Final = 2951


class UuidArray:
    """Ids as one parameter of type uuid[]."""

    def __init__(self, ids: Iterable[UUID]) -> None:
        self.ids = [one.bytes for one in ids]


def array_of(values: Sequence[object]) -> UuidArray | list[object]:
    """`values`, all of one type, as one parameter."""
    ids = [value for value in values if isinstance(value, UUID)]
    return UuidArray(ids) if ids else list(values)


class UuidArrayDumper(Dumper):
    """Writes the binary form of an array: dimensions, has nulls, type, length, first index; then length and item."""

    format = Format.BINARY
    oid = _UUID_ARRAY_OID

    def dump(self, obj: UuidArray) -> Buffer:
        head = _ARRAY_HEAD.pack(1, 0, _UUID_OID, len(obj.ids), 1)
        return head + b"".join([_ITEM_HEAD + one for one in obj.ids])


async def keep_raw(connection: AsyncConnection[tuple[object, ...]]) -> None:
    """Let `connection` answer json and uuid as bytes, and take UuidArray."""
    connection.adapters.register_loader("json", ByteaBinaryLoader)
    connection.adapters.register_loader("uuid", ByteaBinaryLoader)
    connection.adapters.register_dumper(UuidArray, UuidArrayDumper)
