"""Answers made of bytes that are ready: nothing is parsed, nothing is rendered."""

from collections.abc import Sequence
from typing import Final

import orjson
from starlette.responses import Response

_JSON: Final = (b"content-type", b"application/json")
_REVALIDATE: Final = (b"cache-control", b"no-cache")
NOT_ACHIEVED: Final = (b"consistency-achieved", b"false")


class Stored(Response):
    """A document as it was stored. `achieved` is False where a version was asked for that is not there yet.

    `token` leads to what the document tells of.
    """

    def __init__(
        self, body: bytes, tag: str | None = None, token: str | None = None, *, achieved: bool = True, status: int = 200
    ) -> None:
        self.status_code = status
        self.body = body
        self.background = None
        self.raw_headers = [_REVALIDATE]
        if status != 304:
            self.raw_headers += [_JSON, (b"content-length", b"%d" % len(body))]
        if tag is not None:
            self.raw_headers.append((b"etag", b'"%s"' % tag.encode()))
        if token is not None:
            self.raw_headers.append((b"consistency-token", token.encode()))
        if not achieved:
            self.raw_headers.append(NOT_ACHIEVED)


def page(items: Sequence[bytes], token: str | None) -> bytes:
    """The body of a page: documents joined as they are."""
    return b'{"items":[%b],"next_page_token":%b}' % (b",".join(items), orjson.dumps(token))
