"""From an envelope back to what it was made of."""

from orders_contracts.codec import Metadata
from orders_contracts.envelope import Envelope
from orders_contracts.timestamps import moment


def metadata_of(envelope: Envelope) -> Metadata:
    """What `encode_event` was told."""
    return Metadata(
        event_id=envelope.id,
        aggregate_type=envelope.aggregatetype,
        aggregate_id=envelope.subject,
        aggregate_version=envelope.aggregateversion,
        occurred_at=moment(envelope.time),
        correlation_id=envelope.correlationid,
        causation_id=envelope.causationid,
        traceparent=envelope.traceparent,
        actor=envelope.actor,
    )
