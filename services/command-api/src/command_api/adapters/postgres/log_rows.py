"""Events as the rows of the log that hold them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from command_api.adapters.postgres.raw_json import RawJson
from command_api.application.context import Context
from command_api.application.ports import Ids
from orders_contracts.codec import Metadata, encode_event, type_of
from orders_contracts.envelope import AggregateType
from orders_contracts.registry import EventData
from orders_contracts.streams import partition_of


class LogRows:
    """Gives events their ids and the partition of their aggregate."""

    def __init__(self, ids: Ids, partitions: int) -> None:
        self._ids = ids
        self._partitions = partitions

    def of(
        self,
        kind: AggregateType,
        key: str,
        expected: int,
        events: Sequence[EventData],
        *,
        at: datetime,
        context: Context,
    ) -> list[tuple[Any, ...]]:
        """A row per event that follows version `expected` of the aggregate, with the outbox's columns."""
        partition = partition_of(kind, key, self._partitions)
        rows = []
        for version, data in enumerate(events, start=expected + 1):
            event_id = self._ids.new()
            metadata = Metadata(
                event_id=event_id,
                aggregate_type=kind,
                aggregate_id=key,
                aggregate_version=version,
                occurred_at=at,
                correlation_id=context.correlation_id,
                actor=context.actor,
            )
            raw = RawJson(encode_event(metadata, data))
            rows.append((partition, event_id, kind, key, version, type_of(data), raw, at))
        return rows
