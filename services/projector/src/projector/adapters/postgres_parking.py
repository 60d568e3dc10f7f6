"""Parked events in Postgres. A transaction here holds one partition's checkpoint: its projector waits, and looks again.

The rows are written by the statement that projectors write with: it lowers the count of parked events by the same
compare-and-set, which holds because the checkpoint is locked.
"""

from collections.abc import Collection, Sequence
from typing import Any, Final

from orders_contracts.changes import channel, encode_changes
from orders_contracts.timestamps import timestamp
from projector.adapters import packing, rows
from projector.adapters import parking_statements as park
from projector.adapters import read_statements as say
from projector.adapters.read_database import Cursor, ReadDatabase
from projector.adapters.statement import Statement
from projector.application.log import Aggregate, ParkedEvent
from projector.application.parking_ports import Choice, Settlement, Settling
from projector.application.projections.order_view import order_key

_DURABLE: Final = "-csynchronous_commit=on"
"""A person is told that it is done."""


class PostgresParking:
    """What one projection has parked. Not for use by several tasks at once."""

    def __init__(self, database_url: str, projection: str) -> None:
        self._database = ReadDatabase(database_url, projection, _DURABLE)
        self._projection = projection
        self._channel = channel(projection)

    async def parked(self, aggregates: Collection[Aggregate] | None) -> Sequence[ParkedEvent]:
        """See ParkingLot."""
        async with self._database.cursor() as cursor:
            await self._say(cursor, park.LIST, **_whose(aggregates))
            return [
                ParkedEvent(
                    partition, sequence, event_id, Aggregate(*whose), version, type_, b"", reason, timestamp(at)
                )
                for partition, sequence, event_id, *whose, version, type_, reason, at in await cursor.fetchall()
            ]

    async def settle(self, partition: int, choice: Choice, settling: Settling) -> Sequence[ParkedEvent]:
        """See ParkingLot."""
        async with self._database.transaction() as cursor:
            await cursor.execute(park.JOIN)
            await self._say(cursor, park.HOLD, partition=partition)
            stands = await cursor.fetchone()
            if stands is None:
                return []
            events = await self._choose(cursor, partition, choice)
            if events:
                documents = await self._load(cursor, settling.orders(events))
                await self._settle(cursor, partition, stands, settling.settle(events, documents))
            return events

    async def close(self) -> None:
        """Give the connection back."""
        await self._database.close()

    async def _choose(self, cursor: Cursor, partition: int, choice: Choice) -> list[ParkedEvent]:
        given = {**_whose(choice.aggregates), "after": choice.after, "limit": choice.limit}
        await self._say(cursor, park.CHOOSE, partition=partition, **given)
        return [
            ParkedEvent(partition, sequence, event_id, Aggregate(*whose), version, type_, data, reason, timestamp(at))
            for sequence, event_id, *whose, version, type_, data, reason, at in await cursor.fetchall()
        ]

    async def _load(self, cursor: Cursor, orders: Sequence[str]) -> list[bytes]:
        keys = packing.uuids([order_key(order) for order in orders])
        await self._say(cursor, say.LOAD, partitions=packing.smallints([]), orders=keys)
        return [doc for *_, doc in await cursor.fetchall()]

    async def _settle(self, cursor: Cursor, partition: int, stands: Sequence[Any], settlement: Settlement) -> None:
        epoch, sequence, event_id, parked = stands
        writes, gone, reasons = settlement
        if gone:
            await self._say(cursor, park.REMOVE, partition=partition, sequences=packing.bigints(gone))
            await self._say(
                cursor,
                rows.statement_for(writes),
                epoch=epoch,
                partitions=packing.smallints([partition]),
                was=packing.bigints([sequence]),
                sequences=packing.bigints([sequence]),
                event_ids=packing.texts([event_id]),
                was_parked=packing.bigints([parked]),
                parked=packing.bigints([parked - len(gone)]),
                channel=self._channel,
                payloads=packing.texts(encode_changes(writes.changes)),
                **rows.columns_of(writes),
            )
        if reasons:
            told = {"sequences": packing.bigints(list(reasons)), "reasons": rows.plain(reasons.values())}
            await self._say(cursor, park.NOTE_REASONS, partition=partition, **told)

    async def _say(self, cursor: Cursor, statement: Statement, **values: object) -> None:
        await cursor.execute(statement.text, statement.bind(projection=self._projection, **values), binary=True)


def _whose(aggregates: Collection[Aggregate] | None) -> dict[str, object]:
    chosen = aggregates or ()
    return {
        "everybody": aggregates is None,
        "types": rows.plain(one.type for one in chosen),
        "ids": rows.plain(one.id for one in chosen),
    }
