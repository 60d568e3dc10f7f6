"""`python -m tests.contract` writes the golden examples anew, from what command-api writes today."""

import asyncio
import tempfile
from pathlib import Path
from typing import Final

import orders_contracts
from command_api.migrations.run import migrate
from stack.engines import start_postgres
from tests.conftest import PARTITIONS
from tests.contract.goldens import file_name, printed
from tests.contract.story import first_of_each, tell, written

FOLDER: Final = Path(orders_contracts.__file__).with_name("examples")


def write(folder: Path) -> None:
    """Make the files in `folder` those of the story."""
    with tempfile.TemporaryDirectory() as scratch, start_postgres(Path(scratch), durable=False) as engine:
        migrate(engine.url, PARTITIONS)
        asyncio.run(tell(engine.url))
        events = written(engine.url)
    for type_, event in first_of_each(events).items():
        (folder / file_name(type_)).write_bytes(printed(event))


if __name__ == "__main__":
    write(FOLDER)
