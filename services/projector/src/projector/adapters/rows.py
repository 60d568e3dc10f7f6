"""From rows to the statement that carries them: for each table that is touched, its columns as arrays."""

from collections.abc import Iterable, Sequence
from typing import Final

from projector.adapters import packing
from projector.adapters import read_statements as say
from projector.application.log import ParkedEvent
from projector.application.projections.fold import Writes

_BIGGEST: Final = 2**63


def statement_for(writes: Writes) -> say.Statement:
    """The one that writes the tables that are touched."""
    touched = (writes.order_view, writes.product_view, writes.command_status, writes.parked_event)
    orders, products, commands, parks = map(bool, touched)
    return say.WRITE[orders, products, commands, parks]


def columns_of(writes: Writes) -> dict[str, object]:
    """Its `<table>_<column>` parameters. Raises struct.error for a number that Postgres has no room for."""
    columns: dict[str, object] = {}
    if writes.order_view:
        columns |= _order_view(writes) | _order_summary(writes) | _order_history(writes)
    if writes.product_view:
        columns |= _product_view(writes)
    if writes.command_status:
        columns |= _command_status(writes)
    if writes.parked_event:
        columns |= parked_columns(writes.parked_event)
    return columns


def _order_view(writes: Writes) -> dict[str, object]:
    order_ids, versions, docs = zip(*writes.order_view, strict=True)
    return {
        "order_view_order_id": packing.uuids(order_ids),
        "order_view_version": packing.bigints(versions),
        "order_view_doc": packing.jsons(docs),
    }


def _order_summary(writes: Writes) -> dict[str, object]:
    order_ids, customer_ids, statuses, references, totals, skus, created, docs = zip(*writes.order_summary, strict=True)
    return {
        "order_summary_order_id": packing.uuids(order_ids),
        "order_summary_customer_id": packing.uuids(customer_ids),
        "order_summary_status": packing.texts(statuses),
        "order_summary_reference": packing.texts(references),
        "order_summary_total_cents": packing.bigints(totals),
        # SKUs have no comma; the statement takes them apart again.
        "order_summary_skus": packing.texts([",".join(items) for items in skus]),
        "order_summary_created_at": packing.texts(created),
        "order_summary_doc": packing.jsons(docs),
    }


def _order_history(writes: Writes) -> dict[str, object]:
    # An order that passes over a dropped event has a new version and no new history.
    order_ids, versions, docs = zip(*writes.order_history, strict=True) if writes.order_history else ((), (), ())
    return {
        "order_history_order_id": packing.uuids(order_ids),
        "order_history_version": packing.bigints(versions),
        "order_history_doc": packing.jsons(docs),
    }


def _product_view(writes: Writes) -> dict[str, object]:
    skus, versions, listed, docs = zip(*writes.product_view, strict=True)
    return {
        "product_view_sku": packing.texts(skus),
        "product_view_version": packing.bigints(versions),
        "product_view_listed": packing.booleans(listed),
        "product_view_doc": packing.jsons(docs),
    }


def _command_status(writes: Writes) -> dict[str, object]:
    command_ids, versions, tokens, docs = zip(*writes.command_status, strict=True)
    return {
        "command_status_command_id": packing.uuids(command_ids),
        "command_status_version": packing.bigints(versions),
        "command_status_token": packing.texts(tokens),
        "command_status_doc": packing.jsons(docs),
    }


def parked_columns(events: Sequence[ParkedEvent]) -> dict[str, object]:
    """The columns of parked_event, but for the projection. Whatever such an event says of itself, it finds room."""
    versions = [event.version if event.version is None or abs(event.version) < _BIGGEST else None for event in events]
    return {
        "parked_event_partition": packing.smallints([event.partition for event in events]),
        "parked_event_sequence": packing.bigints([event.sequence for event in events]),
        "parked_event_event_id": plain(event.event_id for event in events),
        "parked_event_aggregate_type": plain(event.aggregate.type for event in events),
        "parked_event_aggregate_id": plain(event.aggregate.id for event in events),
        "parked_event_version": packing.bigints(versions),
        "parked_event_type": plain(event.type for event in events),
        "parked_event_data": packing.binaries([event.data for event in events]),
        "parked_event_reason": plain(event.reason for event in events),
    }


def plain(values: Iterable[str]) -> bytes:
    """A text[] of texts that may hold U+0000, which Postgres does not take."""
    return packing.texts([value.replace("\0", "\ufffd") for value in values])
