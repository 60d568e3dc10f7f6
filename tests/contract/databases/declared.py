"""The tables of both databases as the services declare them: whose columns they count on, and whose rows they make."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import MetaData

from command_api.adapters.postgres import tables as command_api_tables
from outbox_relay.adapters import outbox_table
from projector.adapters import read_tables
from query_api.adapters.postgres import tables as query_api_tables
from tests.contract.databases.columns import Declaration


def _of(metadata: MetaData, inserts: set[str]) -> list[Declaration]:
    return [Declaration.of(table, inserts=table.name in inserts) for table in metadata.tables.values()]


WRITERS: Final = ("command-api", "outbox-relay")
"""Users of the write database."""
READERS: Final = ("query-api", "projector")
"""Users of the read database."""
DECLARED: Final[Mapping[str, list[Declaration]]] = {
    "command-api": _of(
        command_api_tables.METADATA,
        {"orders", "products", "outbox", "idempotency_keys", "inventory_intents", "accepted_commands"},
    ),
    "outbox-relay": _of(outbox_table.metadata, {"outbox_tick"}),
    "query-api": _of(query_api_tables.metadata, set()),
    "projector": _of(read_tables.metadata, set(read_tables.metadata.tables)),
}
