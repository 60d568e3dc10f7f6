"""Where a list goes on: a token that only this service can make, and that fits only the list it was made for."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

import msgspec

from query_api.entrypoints.problems import malformed

_MAC_BYTES: Final = 16
_LONGEST: Final = 400


class PageTokens:
    """Signs with HMAC-SHA-256 (RFC 2104), cut to 128 bits."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def encode(self, listing: str, filters: Mapping[str, object], position: str) -> str:
        """A token for the list named `listing`, filtered by `filters`, that goes on behind `position`."""
        plain = position.encode()
        return _text(self._mac(listing, filters, plain) + plain)

    def decode(self, listing: str, filters: Mapping[str, object], token: str) -> str:
        """The position in `token`. Raises Problem (400) for a token of another list, other filters or another maker."""
        try:
            if len(token) > _LONGEST:
                raise ValueError
            raw = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
            mac, plain = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
            if not hmac.compare_digest(mac, self._mac(listing, filters, plain)) or _text(raw) != token:
                raise ValueError
            return plain.decode()
        except (ValueError, Base64Error):
            raise malformed("The page token is not one that this list, with these filters, has handed out.") from None

    def _mac(self, listing: str, filters: Mapping[str, object], plain: bytes) -> bytes:
        signed = msgspec.json.encode([listing, sorted(filters.items()), plain.decode("latin-1")])
        return hmac.digest(self._secret, signed, sha256)[:_MAC_BYTES]


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
