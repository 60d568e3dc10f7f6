"""The AsyncAPI document of the link, whole: what a reader in any language has to know."""

from typing import Any, Final

import msgspec

from orders_contracts.asyncapi.channels import channels
from orders_contracts.asyncapi.messages import messages, schemas
from orders_contracts.asyncapi.operations import operations

FILE: Final = "streams.asyncapi.json"
_RULES: Final = """\
The write side keeps a log of events; outbox-relay numbers it and carries it to Redis Streams; readers follow. Redis is
a place of passage: whatever it loses is noticed by its number and asked for again. This document says what outbox-relay
sends and receives. Whoever wants to read does the reverse.

What a reader does:

- It keeps one checkpoint per partition: sequence and event id of the last event applied, moved in the transaction that
  writes what came of it. Before the first event that is 0 and an empty id.
- A sequence at or below the checkpoint: applied already, skip.
- The next sequence, and `prev` is the checkpoint's event: apply.
- The next sequence, and `prev` is another: the log was changed underneath. Stop this partition and say so.
- A sequence beyond the next, or heads that name one above the checkpoint with nothing left to read: events are
  missing. Ask for a replay.
- Heads of a higher epoch: start from 0, in one transaction, with the streams of that epoch.
- Heads that go on telling of a lower epoch, or of a log that ends below the checkpoint (six in a row): the log went
  back. Stop and say so.
- A field or attribute that it does not know: pass over. A type or version that it does not know: set the event apart
  with its place in the order, go on, and take it up again when a version that can read it is started.
- Redis is away, full, loading or read-only: wait and try again.

Promised: each event once in effect, and the events of one aggregate in the order of their versions. Not promised: an
order across aggregates.
"""


def document() -> dict[str, Any]:
    """The document, as it should be committed."""
    return {
        "asyncapi": "3.1.0",
        "id": "urn:orders:link",
        "info": {
            "title": "Orders: the link between outbox-relay and its readers",
            "version": "1",
            "description": _RULES,
        },
        "defaultContentType": "application/json",
        "servers": {
            "redis": {
                "host": "{address}",
                "protocol": "redis",
                "description": (
                    "One Redis, 7.0 or newer, or Valkey, with `noeviction`; not Redis Cluster. Relay and readers are "
                    "told of it as `..._REDIS_URL`."
                ),
                "variables": {"address": {"default": "127.0.0.1:6379", "description": "Host and port."}},
            }
        },
        "channels": channels(),
        "operations": operations(),
        "components": {
            "messages": messages(),
            "schemas": schemas(),
            "correlationIds": {
                "request": {
                    "location": "$message.payload#/correlationid",
                    "description": "The request that brought the event about; the same in all logs.",
                }
            },
        },
    }


def printed(content: dict[str, Any]) -> bytes:
    """The way it is committed."""
    return msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n"
