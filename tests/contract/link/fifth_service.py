"""The consumer that docs/adding-a-service.md shows, taken out of the page and run as a process."""

import ast
import os
import re
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import orjson
import psycopg

from orders_contracts.codec import Metadata, decode_event, encode_event
from orders_contracts.streams import partition_of
from orders_contracts.timestamps import moment
from tests.contract.events.goldens import golden
from tests.integration.outbox_relay.checking import PARTITIONS, until
from tests.integration.outbox_relay.writers import INSERT

PAGE: Final = Path(__file__).parents[3] / "docs/adding-a-service.md"
_BLOCK: Final = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def code(page: str) -> str:
    """The one Python block of a page. Raises ValueError when there is none, or more than one."""
    (block,) = _BLOCK.findall(page)
    return str(block)


def lines_of_code(script: str) -> int:
    """All but blank lines, lines of comment and docstrings."""
    said = {number for number, line in enumerate(script.splitlines(), 1) if line.strip() and line.strip()[0] != "#"}
    for node in ast.walk(ast.parse(script)):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            said -= set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    return len(said)


def dying_before(line: str, once: Path, script: str) -> str:
    """The script, killed before the line that begins like this; not when the file `once` exists already.

    Raises ValueError when it has no such line, or several.
    """
    (place,) = re.finditer(rf"^( *){re.escape(line)}", script, re.MULTILINE)
    death = f"os.path.exists({str(once)!r}) or (open({str(once)!r}, 'w').close(), os.kill(os.getpid(), 9))"
    return f"{script[: place.start()]}{place[1]}{death}\n{script[place.start() :]}"


class Notifier:
    """One file of checkpoints and notices; processes come and go over it. `told` is what all of them have printed."""

    def __init__(self, folder: Path, redis_url: str, deaths: Sequence[str] = (), **settings: str) -> None:
        self.file, self._script = folder / "notifier.sqlite", folder / "notifier.py"
        self._told, self._complaints = folder / "told", folder / "complaints"
        script = code(PAGE.read_text("utf-8"))
        for number, line in enumerate(deaths):
            script = dying_before(line, folder / f"died-{number}", script)
        self._script.write_text(script, "utf-8")
        self._settings = {"REDIS_URL": redis_url, "NOTIFIER_FILE": str(self.file), **settings}
        self.process = self._run()

    def _run(self) -> subprocess.Popen[bytes]:
        with self._told.open("ab") as output, self._complaints.open("wb") as errors:
            environment = os.environ | self._settings
            return subprocess.Popen([sys.executable, self._script], env=environment, stdout=output, stderr=errors)

    def kill(self) -> None:
        """As the machine would: at once, in the middle of whatever it is doing."""
        self.process.kill()
        self.process.wait()

    def start_again(self) -> None:
        """A new process over the same file."""
        self.process = self._run()

    def told(self) -> Counter[str]:
        """How often each event was told, by its id."""
        return Counter(orjson.loads(line)["id"] for line in self._told.read_bytes().splitlines())

    async def until_told(self, events: set[str]) -> None:
        """Wait until these were told, all of them and no others. Raises AssertionError if it dies before."""

        async def all_told() -> bool:
            assert self.process.poll() is None, self._complaints.read_text()
            return self.told().keys() == events

        await until(all_told)

    async def until_dead(self) -> tuple[int, str]:
        """Wait for the end of the process: its status, and what it said on standard error."""

        async def dead() -> bool:
            return self.process.poll() is not None

        await until(dead)
        return self.process.returncode, self._complaints.read_text()

    def rows(self, query: str) -> list[Any]:
        """What stands in its file."""
        with closing(sqlite3.connect(self.file)) as database:
            return database.execute(query).fetchall()


@contextmanager
def notifier(folder: Path, redis_url: str, deaths: Sequence[str] = (), **settings: str) -> Iterator[Notifier]:
    """One that runs until the end of the block, or dies once before each of these lines."""
    one = Notifier(folder, redis_url, deaths, **settings)
    try:
        yield one
    finally:
        one.kill()


def confirm_orders(database_url: str, count: int) -> set[str]:
    """Put so many orders into the log, each created and confirmed; the ids of the events that say so."""
    rows, confirmed = [], set()
    for _ in range(count):
        order_id = str(uuid4())
        for version, name in enumerate(("OrderCreated", "OrderConfirmed"), 1):
            event_id, type_ = uuid4(), f"orders.{name}.v1"
            envelope, data = decode_event(golden(type_))
            metadata = Metadata(event_id, "order", order_id, version, moment(envelope.time))
            event = encode_event(metadata, data).decode()
            partition = partition_of("order", order_id, PARTITIONS)
            rows.append((partition, str(event_id), order_id, version, type_, event))
        confirmed.add(str(event_id))
    with psycopg.connect(database_url) as connection, connection.cursor() as cursor:
        cursor.executemany(INSERT, rows)
    return confirmed
