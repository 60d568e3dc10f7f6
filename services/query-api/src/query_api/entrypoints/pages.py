"""Lists in pages: where the client is, and how it gets on."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from starlette.types import Scope

from query_api.entrypoints.page_tokens import PageTokens
from query_api.entrypoints.questions import PAGE_SIZE, PAGE_TOKEN
from query_api.entrypoints.responses import Stored, page

DEFAULT_PAGE_SIZE: Final = 20


class Listing:
    """One request for a page of the list `name`."""

    def __init__(self, name: str, tokens: PageTokens, scope: Scope, values: Mapping[str, Any]) -> None:
        """`values` are the parameters that were given; those that are not about paging are the filters."""
        self._name = name
        self._tokens = tokens
        self._scope = scope
        self._token: str | None = values.get(PAGE_TOKEN.name)
        self.size: int = values.get(PAGE_SIZE.name, DEFAULT_PAGE_SIZE)
        self.filters = {key: value for key, value in values.items() if key not in {PAGE_SIZE.name, PAGE_TOKEN.name}}

    def position(self) -> str | None:
        """Behind what the page begins, None for the first. Raises Problem (400) for a token that does not fit."""
        return None if self._token is None else self._tokens.decode(self._name, self.filters, self._token)

    def answer(self, items: Sequence[bytes], end: str | None, *, achieved: bool) -> Stored:
        """The page as a response; `end` is the position of its last item, None on the last page."""
        token = None if end is None else self._tokens.encode(self._name, self.filters, end)
        response = Stored(page(items, token), achieved=achieved)
        if token is not None:
            response.raw_headers.append((b"link", self._link(token)))
        return response

    def _link(self, token: str) -> bytes:
        """RFC 8288. The path is the one that was asked for, so that it works under either prefix."""
        given = dict(parse_qsl(self._scope["query_string"].decode("ascii")))
        target = urlencode({**given, PAGE_TOKEN.name: token}).encode("ascii")
        return b'<%b?%b>; rel="next"' % (self._scope["raw_path"], target)
