"""The keys in Redis that the two sides share, who writes and who reads them, and what the bindings cannot say.

AsyncAPI keeps a place for Redis in its bindings and has put nothing there yet: what is special to Redis stands under
`x-redis`.
"""

from typing import Any, Final

from orders_contracts.asyncapi.messages import event_names
from orders_contracts.heads import Heads
from orders_contracts.members import HEARTBEAT_SECONDS, MEMBER_SECONDS, members_key
from orders_contracts.replay import (
    MOST_EVENTS,
    REPLAY_REQUESTS,
    REPLY_SECONDS,
    REQUEST_FIELD,
    REQUEST_SECONDS,
    REQUESTS_KEPT,
)
from orders_contracts.streams import FIELD_DATA, FIELD_EVENT_ID, FIELD_PREV, FIELD_TYPE, HEADS, HEADS_FIELD

EVENTS_KEY: Final = "cqrs:events:{epoch}:{partition}"
REPLY_KEY: Final = "cqrs:replay:{projection}:{partition}:{unique}"
_FIELDS: Final = {
    FIELD_EVENT_ID: "header",
    FIELD_TYPE: "header",
    FIELD_PREV: "header",
    FIELD_DATA: "payload, a CloudEvents 1.0 document in structured JSON",
}
_PARAMETERS: Final = {
    "epoch": "Number of the log, from 1. It rises only when the write database has gone back in time; heads tell it.",
    "partition": "From 0; there are as many as heads have sequences. An aggregate stays in one partition for ever.",
    "service": "`outbox-relay`, or `projector:<generation>`.",
}


def channels() -> dict[str, Any]:
    """By name."""
    return {
        "events": _events(),
        "heads": _heads(),
        "replayRequests": _requests(),
        "replies": _replies(),
        "members": _members(),
    }


def _events() -> dict[str, Any]:
    return {
        "address": EVENTS_KEY,
        "title": "Events of a partition",
        "description": (
            "The numbered log. The entry id is the event's number in its partition: 1, 2, 3, ... without a hole, the "
            "same for ever. `prev` chains the entries, so that a reader notices when the log was changed under it.\n\n"
            "A batch is written by one script call, wholly or not at all, and only if the stream ends as the relay "
            "believes: no relay doubles, skips or reorders, however many there are.\n\n"
            "Entries go: beyond the cap, and below it what every consumer group has passed, less a window. Redis may "
            "also lose them. What is gone is still in the log and comes back by replay; after a loss the relay also "
            "fills the stream again by itself, as far back as the cap.\n\n"
            "A consumer group is a reader's public bookmark: reading does not depend on it. After each commit the "
            "reader moves its group, so that its lag can be seen and trimming knows what it has passed. Nobody uses "
            "XREADGROUP or XACK.\n\n"
            "After `new-epoch` the streams of the old epoch stay until somebody deletes them."
        ),
        "parameters": _parameters("epoch", "partition"),
        "messages": _messages(event_names()),
        "x-redis": {
            "type": "stream",
            "entry-id": "<sequence>-0",
            "fields": _FIELDS,
            "written-by": "outbox-relay, by script: XADD <key> <sequence>-0 ...; XSETID ... ENTRIESADDED after a jump",
            "read-by": "every reader: XREAD COUNT <n> BLOCK <ms> STREAMS <key> <checkpoint>-0",
            "kept": (
                "about 100,000 entries (OUTBOX_RELAY_STREAM_LENGTH); of those that all groups have passed the last "
                "10,000 (OUTBOX_RELAY_STREAM_WINDOW)"
            ),
            "bookmark": "XGROUP SETID <key> <projection> <checkpoint>-0 ENTRIESREAD <checkpoint>; "
            "where it is missing, XGROUP CREATE <key> <projection> 0 MKSTREAM before",
        },
    }


def _heads() -> dict[str, Any]:
    return {
        "address": HEADS,
        "title": "Heads",
        "description": (
            "What must exist: written once a second, after the events that it tells of. From it readers learn the "
            "epoch and the number of partitions, notice that a last event was lost, and date how fresh they are.\n\n"
            "There is one entry at most. Its id only goes up: `<tick>-*`, or above the last one where a log was "
            "restored. An entry of a later epoch or tick is not replaced by one of an earlier, so that a late relay "
            "says nothing; unless a relay finds that the log has no such tick."
        ),
        "messages": _messages([Heads.__name__]),
        "x-redis": {
            "type": "stream",
            "entry-id": "<tick>-*",
            "fields": {HEADS_FIELD: "payload, JSON"},
            "written-by": "outbox-relay, by script: XADD <key> MAXLEN = 1 <tick>-* ...",
            "read-by": "every reader: XREAD from 0, or along with the events",
            "kept": "exactly 1 entry",
        },
    }


def _requests() -> dict[str, Any]:
    return {
        "address": REPLAY_REQUESTS,
        "title": "Requests for replays",
        "description": (
            "A reader that cannot find its next event asks for it and what follows. One mechanism for a hole, a "
            "trimmed or emptied stream, a rebuild from the first event, and a service that joins.\n\n"
            "Every relay reads all requests and serves those of the partitions that it publishes, in turn; nothing "
            f"is acknowledged. A request older than {REQUEST_SECONDS} s by Redis' clock is nobody's any more, and of "
            "one projection and partition only the newest counts.\n\n"
            "At most one open request per projection and partition. No answer: ask again for the same `reply_to` "
            "after 1, 2, 4, ... 30 s. A new name only when the reply is there without the next event. "
            "There is no answer to another epoch than the log's, nor for a sequence that the log has not reached."
        ),
        "messages": _messages(["ReplayRequest"]),
        "x-redis": {
            "type": "stream",
            "entry-id": "*",
            "fields": {REQUEST_FIELD: "payload, JSON"},
            "written-by": f"every reader: XADD <key> MAXLEN ~ {REQUESTS_KEPT} * ...",
            "read-by": "outbox-relay",
            "kept": f"about {REQUESTS_KEPT:,} entries",
        },
    }


def _replies() -> dict[str, Any]:
    return {
        "address": None,
        "title": "Replies",
        "description": (
            "A stream for one request, named by it. Its entries are those of the partition's stream: the same ids, "
            "fields and `prev`; a reader judges them alike.\n\n"
            f"It holds up to `count` events, {MOST_EVENTS:,} at most, from `from` on. Asked for again, the relay adds "
            "what is missing at its end, and nothing else. The reader goes back to the partition's own stream as soon "
            "as its next event can be read there, and may delete what it has read."
        ),
        "messages": _messages(event_names()),
        "x-redis": {
            "type": "stream",
            "key": REPLY_KEY,
            "entry-id": "<sequence>-0",
            "fields": _FIELDS,
            "written-by": "outbox-relay",
            "read-by": "who asked: XREAD from the checkpoint, UNLINK when it is read",
            "kept": f"{REPLY_SECONDS} s after the last write (EXPIRE)",
        },
    }


def _members() -> dict[str, Any]:
    return {
        "address": members_key("{service}"),
        "title": "Members of a service",
        "description": (
            "Which replicas of a service live. They share the partitions out by rendezvous hashing: each partition "
            "goes to the member with the highest BLAKE2b hash (8 bytes) of `<member>:<partition>`. Everyone counts "
            "himself among the living.\n\n"
            "Sharing is for speed only: two that both take a partition for theirs do no harm. A reader that runs "
            "once needs none of it."
        ),
        "parameters": _parameters("service"),
        "messages": _messages(["Heartbeat"]),
        "x-redis": {
            "type": "sorted set",
            "score": "Redis' own clock in milliseconds, at the heartbeat",
            "written-by": f"each replica, every {HEARTBEAT_SECONDS:g} s: ZADD, then ZREMRANGEBYSCORE",
            "read-by": "the replicas of the same service: ZRANGE",
            "kept": f"{MEMBER_SECONDS:g} s after the last heartbeat",
        },
    }


def _messages(names: list[str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/messages/{name}"} for name in names}


def _parameters(*names: str) -> dict[str, Any]:
    return {name: {"description": _PARAMETERS[name]} for name in names}
