"""What the relay has seen published, told to readers once a second on a stream of its own.

Readers learn from it which events must exist (so that a lost last one is noticed), how many partitions there
are, and how fresh they are.
"""

import msgspec
from msgspec import Struct

from orders_contracts.timestamps import Timestamp, moment


class Heads(Struct, frozen=True, kw_only=True):
    """`sequences[p]` is the last sequence published in partition p of `epoch`, as of the moment `at`.

    `logged[p]` is the last one that the log has numbered: more than is published while a stream is being filled again,
    and 0 for a partition that the relay has stopped. Empty where a relay of an earlier version speaks.
    """

    epoch: int
    tick: int
    sequences: tuple[int, ...]
    at: Timestamp
    logged: tuple[int, ...] = ()


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Heads)


def encode_heads(heads: Heads) -> bytes:
    """The bytes of a heads entry's one field."""
    return _encoder.encode(heads)


def decode_heads(data: bytes) -> Heads:
    """Read a heads entry; fields that are not known are passed over.

    Raises msgspec.DecodeError or its subclass ValidationError for bytes that are none.
    """
    try:
        heads = _decoder.decode(data)
        moment(heads.at)
    except msgspec.DecodeError:
        raise
    except (ValueError, RecursionError) as error:
        raise msgspec.DecodeError(f"no heads entry: {error}") from error
    return heads
