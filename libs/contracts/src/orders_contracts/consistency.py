"""The Consistency-Token: command-api hands it out, query-api honours it, clients only carry it.

It names one aggregate and the version that a reader must at least see.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from typing import Final, NamedTuple

from orders_contracts.envelope import AggregateType

TOKEN_LIMIT: Final = 160
"""Characters. The longest token (a SKU of 64 characters at version 10^18) takes some 120."""

_TYPES: Final[dict[str, AggregateType]] = {"o": "order", "p": "product", "c": "command"}
_LETTERS: Final = {name: letter for letter, name in _TYPES.items()}
_UUID: Final = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_PLAIN: Final = re.compile(
    rf"(?:([oc])([1-9][0-9]{{0,17}})\.({_UUID})|(p)([1-9][0-9]{{0,17}})\.([A-Za-z0-9][A-Za-z0-9._-]{{0,63}}))"
)


class ConsistencyToken(NamedTuple):
    """One aggregate, and the version of it that its bearer has brought about."""

    aggregate_type: AggregateType
    aggregate_id: str
    version: int


def encode_token(token: ConsistencyToken) -> str:
    """The opaque text of `token`: letters, digits, `-` and `_`."""
    plain = f"{_LETTERS[token.aggregate_type]}{token.version}.{token.aggregate_id}"
    return urlsafe_b64encode(plain.encode("ascii")).rstrip(b"=").decode("ascii")


def decode_token(text: str) -> ConsistencyToken:
    """Read a token. Raises ValueError for anything that `encode_token` does not make."""
    if not 0 < len(text) <= TOKEN_LIMIT:
        raise ValueError("a consistency token has 1 to 160 characters")
    try:
        plain = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)).decode("ascii")
    except (Base64Error, UnicodeError) as error:
        raise ValueError("this is not a consistency token") from error
    found = _PLAIN.fullmatch(plain)
    if found is None:
        raise ValueError("this is not a consistency token")
    letter, version, aggregate_id = (part for part in found.groups() if part is not None)
    token = ConsistencyToken(_TYPES[letter], aggregate_id, int(version))
    if encode_token(token) != text:
        raise ValueError("this is not a consistency token")
    return token
