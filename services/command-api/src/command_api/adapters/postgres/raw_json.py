"""JSON columns as the bytes that they hold. Nothing is parsed on the way in or out."""

from typing import Final

from psycopg import pq
from psycopg.abc import AdaptContext, Buffer
from psycopg.adapt import Dumper, Loader

_JSON_OID: Final = 114


class RawJson(bytes):
    """The text of a JSON document, in UTF-8."""

    __slots__ = ()


class _RawJsonDumper(Dumper):
    format = pq.Format.BINARY
    oid = _JSON_OID

    def dump(self, obj: RawJson) -> Buffer:
        return obj


class _RawJsonLoader(Loader):
    format = pq.Format.BINARY

    def load(self, data: Buffer) -> bytes:
        return bytes(data)


def register_raw_json(context: AdaptContext) -> None:
    """Let a connection take RawJson for `json` parameters, and answer `json` columns as bytes (binary results)."""
    context.adapters.register_dumper(RawJson, _RawJsonDumper)
    context.adapters.register_loader("json", _RawJsonLoader)
