"""How far generations are, by what their projectors note with every batch."""

from typing import Final, LiteralString

from psycopg import sql

from query_api.adapters.postgres.generations.connection import Owner, Rows
from query_api.application.generations.standing import Standing

_STANDING: Final = """
SELECT epoch, partition, sequence, parked FROM {}.projection_checkpoint WHERE projection = %s ORDER BY partition
"""
_ASTRAY: Final = """
SELECT count(*) FROM {other}.parked_event AS parked
JOIN {live}.projection_checkpoint AS applied ON applied.partition = parked.partition AND applied.projection = %(live)s
WHERE parked.projection = %(other)s AND parked.sequence <= applied.sequence AND NOT EXISTS (
  SELECT FROM {live}.parked_event AS also
  WHERE also.projection = %(live)s AND also.partition = parked.partition AND also.sequence = parked.sequence)
"""


def standing(owner: Owner, generation: str) -> Standing:
    """How far it is at this moment."""
    return _standing(generation, owner.rows(_of(generation, _STANDING), [generation]))


def held(owner: Owner, generation: str) -> Standing:
    """The same; its projector waits until the transaction ends."""
    return _standing(generation, owner.rows(_of(generation, _STANDING + " FOR UPDATE"), [generation]))


def astray(owner: Owner, live: str, other: str) -> int:
    """How many events `other` has set apart although `live` has applied them."""
    query = sql.SQL(_ASTRAY).format(live=sql.Identifier(live), other=sql.Identifier(other))
    return int(owner.rows(query, {"live": live, "other": other})[0][0])


def _of(generation: str, query: LiteralString) -> sql.Composed:
    return sql.SQL(query).format(sql.Identifier(generation))


def _standing(generation: str, found: Rows) -> Standing:
    """While a projector begins a new epoch, partitions of both are there for a moment: the new one counts."""
    newest = max((epoch for epoch, *_ in found), default=None)
    current = [row for row in found if row[0] == newest]
    return Standing(
        generation,
        newest,
        {partition: sequence for _, partition, sequence, _ in current},
        sum(parked for *_, parked in current),
    )
