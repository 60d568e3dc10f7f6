"""`python -m tests.contract examples | openapi | problems | release`: what is made by the code and committed.

examples   the golden examples anew, from what command-api writes today
openapi    docs/api: the OpenAPI documents of both services
problems   docs/problems.md: every problem of both services
release    a release of the contracts as they stand, after the verdict on them
"""

import asyncio
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psycopg

import orders_contracts
from command_api.migrations.run import migrate as migrate_write
from query_api.migrations.run import migrate as migrate_read
from stack.engines import start_postgres
from tests.conftest import PARTITIONS
from tests.contract.events.goldens import file_name, printed
from tests.contract.events.story import first_of_each, tell, written
from tests.contract.http import documents, problems
from tests.contract.releases import records
from tests.contract.releases.contents import contents
from tests.contract.releases.verdict import present_schemas, released_schemas, rows

EXAMPLES: Final = Path(orders_contracts.__file__).with_name("examples")


@contextmanager
def databases() -> Iterator[tuple[str, str]]:
    """The URLs of a write and a read database, migrated and empty, for a moment."""
    with tempfile.TemporaryDirectory() as scratch, start_postgres(Path(scratch), durable=False) as engine:
        read_url = engine.url.rpartition("/")[0] + "/read_side"
        with psycopg.connect(engine.url, autocommit=True) as admin:
            admin.execute("CREATE DATABASE read_side")
        migrate_write(engine.url, PARTITIONS)
        migrate_read(read_url)
        yield engine.url, read_url


def write_examples(folder: Path) -> None:
    """Make the files in `folder` those of the story."""
    with databases() as (write_url, _):
        asyncio.run(tell(write_url))
        events = written(write_url)
    for type_, event in first_of_each(events).items():
        (folder / file_name(type_)).write_bytes(printed(event))


def tell_verdict() -> None:
    """Print it. Raises SystemExit where something could no longer be read."""
    found = rows(present_schemas(), {release.number: released_schemas(release) for release in records.releases()})
    print(*found, sep="\n")
    faults = [row for row in found if row.is_fault]
    if faults:
        sys.exit(f"{len(faults)} of {len(found)}: what was written could no longer be read")


def release() -> None:
    """Add the next release. Raises SystemExit where the verdict forbids it, or where nothing is new."""
    tell_verdict()
    last = records.releases()[-1]
    with databases() as urls:
        found = contents(*urls)
    if all(last.holds(path, content) for path, content in found.items() if not path.startswith("databases/")):
        sys.exit(f"nothing has changed since release {last.number}")
    made = records.add(found)
    print(f"release {made.number}: {made.folder}")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["examples"]:
            write_examples(EXAMPLES)
        case ["verdict"]:
            tell_verdict()
        case ["openapi"]:
            documents.write_documents(documents.FOLDER)
        case ["problems"]:
            problems.FILE.write_text(problems.page(), encoding="utf-8")
        case ["release"]:
            release()
        case _:
            sys.exit(__doc__)
