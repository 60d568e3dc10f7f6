"""What a release of the contracts records of the code as it stands: events, their reader, tables, rows, HTTP."""

import asyncio
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import orjson
import psycopg

import orders_contracts
from orders_contracts.codec import decode_event
from orders_contracts.streams import NO_EVENT
from projector.adapters.postgres_read_store import PostgresReadStore
from projector.application.log import Entry
from tests.contract.databases.declared import DECLARED
from tests.contract.databases.revisions import migrations
from tests.contract.databases.rows import dump
from tests.contract.events.story import tell, written
from tests.contract.http import documents
from tests.suites.projector_parked import Projector

GENERATION: Final = "g1"
"""The schema of the read models whose rows are recorded."""
_PACKAGE: Final = Path(orders_contracts.__file__).parent
_READ_BY_OTHERS: Final = ("codec", "heads", "replay", "streams")
"""What relays and readers import of the contracts."""
_LIST_MODULES: Final = (
    "import importlib, sys; [importlib.import_module('orders_contracts.' + name) for name in sys.argv[1:]];"
    " print(*(name for name in sys.modules if name.partition('.')[0] == 'orders_contracts'))"
)

Files = dict[str, bytes]
"""Contents by path below the folder of the release."""


def contents(write_url: str, read_url: str) -> Files:
    """All that a release of now would hold. Both databases are migrated and empty; they are filled for it."""
    return {**_language(), **_reader(), **_tables(), **migrations(), **_rows(write_url, read_url), **_http()}


def _language() -> Files:
    """Schemas and examples."""
    return {
        f"{folder}/{file.name}": file.read_bytes()
        for folder in ("schemas", "examples")
        for file in sorted((_PACKAGE / folder).glob("*.json"))
    }


def _reader() -> Files:
    """The source of the models, upcasters and keys that a reader of today runs with."""
    asked = subprocess.run(
        [sys.executable, "-c", _LIST_MODULES, *_READ_BY_OTHERS], capture_output=True, text=True, check=True
    )
    found = sorted(_source_of(module) for module in asked.stdout.split())
    return {f"reader/orders_contracts/{file.relative_to(_PACKAGE)}": file.read_bytes() for file in found}


def _source_of(module: str) -> Path:
    path = _PACKAGE.joinpath(*module.split(".")[1:])
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _tables() -> Files:
    """Which columns each service counts on."""
    found = {
        user: [
            {
                "name": table.name,
                "columns": {name: column._asdict() for name, column in table.columns.items()},
                "key": table.key,
                "inserts": table.inserts,
            }
            for table in tables
        ]
        for user, tables in DECLARED.items()
    }
    return {"tables.json": orjson.dumps(found, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)}


def _http() -> Files:
    return {f"openapi/{service}.json": documents.printed(documents.document(service)) for service in documents.SERVICES}


def _rows(write_url: str, read_url: str) -> Files:
    """Both databases after the story, each with the revision it is at."""
    asyncio.run(_fill(write_url, read_url))
    return {**_dumped("write", write_url, "public"), **_dumped("read", read_url, GENERATION)}


def _dumped(side: str, url: str, schema: str) -> Files:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT version_num FROM public.alembic_version").fetchone()
        assert row is not None
        return {f"databases/{side}.{row[0]}.json": dump(connection, schema)}


async def _fill(write_url: str, read_url: str) -> None:
    await tell(write_url)
    store = PostgresReadStore(read_url, GENERATION)
    try:
        await Projector(store).apply(list(entries([event for _, event in written(write_url)])))
    finally:
        await store.close()


def entries(events: Iterable[bytes]) -> Iterator[Entry]:
    """The events as one partition would carry them."""
    prev = NO_EVENT
    for number, event in enumerate(events, 1):
        event_id = str(decode_event(event).envelope.id)
        yield Entry(number, event_id, prev, event)
        prev = event_id
