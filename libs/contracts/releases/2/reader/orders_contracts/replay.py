"""Replays: a reader asks for events that it cannot find; a relay answers on a stream made for that one request.

The reply holds the same entries as the events' own stream: same ids, same fields, same `prev`. It is gone a minute
after it was written. Who gets no answer asks again for the same reply; a relay that finds it written adds nothing.
"""

from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct, field

REPLAY_REQUESTS: Final = "cqrs:replay-requests"
REQUEST_FIELD: Final = "data"
REQUESTS_KEPT: Final = 1_000
"""Entries. Whoever adds one trims to about so many."""
REQUEST_SECONDS: Final = 60
"""A request older than this, by Redis' clock (its entry id), is nobody's any more."""
REPLY_SECONDS: Final = 60
"""How long a reply is kept after it was written."""
MOST_EVENTS: Final = 10_000
"""In one reply."""
_REPLIES: Final = "cqrs:replay:"


class ReplayRequest(Struct, frozen=True, kw_only=True):
    """Asks for up to `count` events of `partition` in `epoch`, from sequence `first` on, as the stream `reply_to`."""

    projection: Annotated[str, Meta(min_length=1, max_length=63)]
    partition: Annotated[int, Meta(ge=0)]
    epoch: Annotated[int, Meta(ge=1)]
    first: Annotated[int, Meta(ge=1)] = field(name="from")
    count: Annotated[int, Meta(ge=1, le=MOST_EVENTS)]
    reply_to: Annotated[str, Meta(pattern=f"^{_REPLIES}", max_length=200)]


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(ReplayRequest)


def reply_stream(projection: str, partition: int, unique: str) -> str:
    """The key of a reply; `unique` sets it apart from all others of this projection and partition."""
    return f"{_REPLIES}{projection}:{partition}:{unique}"


def encode_request(request: ReplayRequest) -> bytes:
    """The bytes of a request's one field."""
    return _encoder.encode(request)


def decode_request(data: bytes) -> ReplayRequest:
    """Read a request; fields that are not known are passed over. Raises msgspec.DecodeError or its ValidationError."""
    try:
        return _decoder.decode(data)
    except RecursionError as error:
        raise msgspec.DecodeError(f"no replay request: {error}") from error
