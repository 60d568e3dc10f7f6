"""What the relay has seen published, told to readers once a second on a stream of its own.

Readers learn from it which events must exist (so that a lost last one is noticed), how many partitions there
are, and how fresh they are.
"""

import msgspec
from msgspec import Struct

from orders_contracts.timestamps import Timestamp


class Heads(Struct, frozen=True, kw_only=True):
    """`sequences[p]` is the last sequence published in partition p of `epoch`, as of the moment `at`."""

    epoch: int
    tick: int
    sequences: tuple[int, ...]
    at: Timestamp


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Heads)


def encode_heads(heads: Heads) -> bytes:
    """The bytes of a heads entry's one field."""
    return _encoder.encode(heads)


def decode_heads(data: bytes) -> Heads:
    """Read a heads entry. Raises msgspec.DecodeError or msgspec.ValidationError."""
    return _decoder.decode(data)
