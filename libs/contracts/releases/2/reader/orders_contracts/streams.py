"""Names and numbers of the link: stream keys, entry ids and fields, partitions.

An event's entry id is `<sequence>-0`; sequences count 1, 2, 3, ... in each partition without a hole.
"""

from typing import Final
from zlib import crc32

HEADS: Final = "cqrs:heads"
HEADS_FIELD: Final = "data"

FIELD_EVENT_ID: Final = "event_id"
FIELD_TYPE: Final = "type"
FIELD_PREV: Final = "prev"
FIELD_DATA: Final = "data"

NO_EVENT: Final = ""
"""What `prev` says of a partition's first event."""


def events_stream(epoch: int, partition: int) -> str:
    """The key of the stream that carries `partition` (from 0) in `epoch` (from 1)."""
    return f"cqrs:events:{epoch}:{partition}"


def entry_id(sequence: int) -> str:
    """The entry id of `sequence`; 0 stands for "before the first"."""
    return f"{sequence}-0"


def sequence_of(entry: bytes | str) -> int:
    """The sequence in an entry id. Raises ValueError for an id that no relay of ours has made."""
    text = entry.decode("ascii") if isinstance(entry, bytes) else entry
    number, _, rest = text.partition("-")
    if rest != "0":
        raise ValueError(f"{text} is not the id of a numbered event")
    return int(number)


def partition_of(aggregate_type: str, aggregate_id: str, count: int) -> int:
    """The partition (0 to count - 1) of an aggregate; the same for ever, on every machine."""
    return crc32(f"{aggregate_type}:{aggregate_id}".encode()) % count
