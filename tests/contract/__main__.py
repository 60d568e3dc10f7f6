"""`python -m tests.contract examples | release`: what is made by the code and committed.

examples   the golden examples anew, from what command-api writes today
release    a release of the contracts as they stand, after the verdict on them
"""

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Final

import orders_contracts
from command_api.migrations.run import migrate
from stack.engines import start_postgres
from tests.conftest import PARTITIONS
from tests.contract import releases
from tests.contract.contents import contents
from tests.contract.goldens import file_name, printed
from tests.contract.story import first_of_each, tell, written

EXAMPLES: Final = Path(orders_contracts.__file__).with_name("examples")


def write_examples(folder: Path) -> None:
    """Make the files in `folder` those of the story."""
    with tempfile.TemporaryDirectory() as scratch, start_postgres(Path(scratch), durable=False) as engine:
        migrate(engine.url, PARTITIONS)
        asyncio.run(tell(engine.url))
        events = written(engine.url)
    for type_, event in first_of_each(events).items():
        (folder / file_name(type_)).write_bytes(printed(event))


def release() -> None:
    """Add the next release."""
    made = releases.add(contents())
    print(f"release {made.number}: {made.folder}")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["examples"]:
            write_examples(EXAMPLES)
        case ["release"]:
            release()
        case _:
            sys.exit(__doc__)
