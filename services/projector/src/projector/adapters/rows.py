"""From rows to the arrays that carry them: for each table that is touched, its upsert and the columns to send."""

from collections.abc import Iterator

from projector.adapters import packing
from projector.adapters import read_statements as say
from projector.application.projections.fold import Writes


def upserts(writes: Writes) -> Iterator[tuple[str, list[object]]]:
    """Text and values of one statement per table. Raises struct.error for a number that Postgres has no room for."""
    if writes.order_view:
        yield say.ORDER_VIEW.text, _order_view(writes)
        yield say.ORDER_SUMMARY.text, _order_summary(writes)
    if writes.order_history:
        yield say.ORDER_HISTORY.text, _order_history(writes)
    if writes.product_view:
        yield say.PRODUCT_VIEW.text, _product_view(writes)


def _order_view(writes: Writes) -> list[object]:
    order_ids, versions, docs = zip(*writes.order_view, strict=True)
    return say.ORDER_VIEW.bind(
        order_id=packing.uuids(order_ids), version=packing.bigints(versions), doc=packing.jsons(docs)
    )


def _order_summary(writes: Writes) -> list[object]:
    order_ids, customer_ids, statuses, references, totals, skus, created, docs = zip(*writes.order_summary, strict=True)
    return say.ORDER_SUMMARY.bind(
        order_id=packing.uuids(order_ids),
        customer_id=packing.uuids(customer_ids),
        status=packing.texts(statuses),
        reference=packing.texts(references),
        total_cents=packing.bigints(totals),
        # SKUs have no comma; the statement takes them apart again.
        skus=packing.texts([",".join(items) for items in skus]),
        created_at=packing.texts(created),
        doc=packing.jsons(docs),
    )


def _order_history(writes: Writes) -> list[object]:
    order_ids, versions, docs = zip(*writes.order_history, strict=True)
    return say.ORDER_HISTORY.bind(
        order_id=packing.uuids(order_ids), version=packing.bigints(versions), doc=packing.jsons(docs)
    )


def _product_view(writes: Writes) -> list[object]:
    skus, versions, listed, docs = zip(*writes.product_view, strict=True)
    return say.PRODUCT_VIEW.bind(
        sku=packing.texts(skus),
        version=packing.bigints(versions),
        listed=packing.booleans(listed),
        doc=packing.jsons(docs),
    )
