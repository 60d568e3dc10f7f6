"""A read database with generations, as its owner, its projectors and an operator have it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Self

import orjson
import psycopg
from psycopg import sql
from typer.testing import CliRunner, Result

from query_api.__main__ import app
from query_api.migrations.order_lists import indexes_of, kept_of
from tests.suites.query_rows import OrderRow

PARTITIONS: Final = 2
_COPY: Final = "INSERT INTO {to} SELECT * FROM {of}"
_CHECKPOINT: Final = """
INSERT INTO {} (projection, partition, epoch, sequence, event_id) VALUES (%s, %s, %s, %s, 'e')
ON CONFLICT (projection, partition) DO UPDATE SET epoch = excluded.epoch, sequence = excluded.sequence
"""
_ORDER: Final = """
INSERT INTO {} VALUES (%s, %s, %s) ON CONFLICT (order_id) DO UPDATE SET version = excluded.version, doc = excluded.doc
"""
_PARKED: Final = """
INSERT INTO {} (projection, partition, sequence, event_id, aggregate_type, aggregate_id, type, data, reason)
VALUES (%s, %s, %s, 'e', 'order', 'o', 't', '', 'planted')
"""


class World:
    """What tests do there."""

    def __init__(self, url: str, owner: psycopg.Connection[Any]) -> None:
        self.url = url
        self.owner = owner

    @classmethod
    @contextmanager
    def at(cls, url: str) -> Iterator[Self]:
        """With a connection of the owner."""
        with psycopg.connect(url, autocommit=True) as owner:
            yield cls(url, owner)

    def verb(self, *words: str, **settings: object) -> Result:
        """What `query-api generation` says to these words. `settings` are named without the prefix."""
        given = {"DATABASE_URL": self.url, **settings}
        environment = {f"QUERY_API_{name}": str(value) for name, value in given.items()}
        return CliRunner().invoke(app, ["generation", *words], env=environment)

    def done(self, *words: str) -> str:
        """What it says; it succeeds."""
        result = self.verb(*words)
        assert (result.exit_code, result.stderr) == (0, ""), result.output
        return result.stdout

    def refused(self, *words: str, **settings: object) -> str:
        """The one line in which it refuses."""
        result = self.verb(*words, **settings)
        assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (1, "", 1), result
        return result.stderr.removeprefix("query-api: generation: ").removesuffix("\n")

    def told(self, *words: str) -> Any:
        """What it tells programs."""
        return orjson.loads(self.done(*words, "--json"))

    def rows(self, query: str, values: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """What the owner finds."""
        return self.owner.execute(query.encode(), values).fetchall()

    def run(self, statement: str) -> None:
        """What the owner does."""
        self.owner.execute(statement.encode())

    def stands(self, generation: str, *sequences: int, epoch: int = 1) -> None:
        """Its projector has applied so many events of each partition."""
        for partition, sequence in enumerate(sequences):
            query = sql.SQL(_CHECKPOINT).format(sql.Identifier(generation, "projection_checkpoint"))
            self.owner.execute(query, [generation, partition, epoch, sequence])

    def parks(self, generation: str, partition: int, sequence: int) -> None:
        """Its projector has set an event apart."""
        query = sql.SQL(_PARKED).format(sql.Identifier(generation, "parked_event"))
        self.owner.execute(query, [generation, partition, sequence])

    def holds(self, generation: str, order: OrderRow) -> None:
        """It has this document of an order."""
        query = sql.SQL(_ORDER).format(sql.Identifier(generation, "order_view"))
        self.owner.execute(query, [order.order_id, order.version, order.document().decode()])

    def second(self, *sequences: int) -> None:
        """A second generation with all indexes, whose projector has applied so many events; the first one, too."""
        self.done("create", "g2")
        self.done("index", "g2")
        self.stands("g1", *(sequences or (0,) * PARTITIONS))
        self.stands("g2", *(sequences or (0,) * PARTITIONS))

    def copied(self, table: str) -> None:
        """The second generation gets the first one's rows."""
        self.owner.execute(sql.SQL(_COPY).format(to=sql.Identifier("g2", table), of=sql.Identifier("g1", table)))

    def shown(self) -> str:
        """The generation that the live views show."""
        return str(self.rows("SELECT name FROM live.generation")[0][0])


def late() -> list[str]:
    """The indexes that a new generation lacks, and the tables that are kept like indexes, in order."""
    return [*indexes_of("g2"), *kept_of("g2")]
