"""The envelope of every event: a CloudEvents 1.0 document in structured JSON.

Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md, with the extensions `partitionkey`,
`traceparent` (documented extensions) and `correlationid`, `causationid`, `actor`, `aggregatetype`,
`aggregateversion` of our own. The number of the event in its partition is not part of it: the bytes are made
when the command commits, the number is known only afterwards and travels as the stream's entry id.
"""

from typing import Literal
from uuid import UUID

from msgspec import Raw, Struct

from orders_contracts.timestamps import Timestamp

AggregateType = Literal["order", "product", "command"]

SOURCE = "/orders/command-api"


class Envelope(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who, what, when. Attributes that are None are left out, as CloudEvents asks."""

    specversion: str
    id: UUID
    source: str
    type: str
    subject: str
    time: Timestamp
    datacontenttype: str
    dataschema: str
    partitionkey: str
    aggregatetype: AggregateType
    aggregateversion: int
    correlationid: str | None = None
    causationid: str | None = None
    traceparent: str | None = None
    actor: str | None = None
    data: Raw
