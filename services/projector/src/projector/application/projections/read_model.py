"""The words that a read model is told in: its columns, which of them are the key, and how rows meet rows.

All that writes a read model (the upsert, the copy, what is locked and emptied) follows from this.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property
from operator import add
from typing import Any, Final, Generic, NamedTuple, TypeVar

R = TypeVar("R", bound=tuple[Any, ...])


class Kind(Enum):
    """What a column holds, and what a row has for it.

    UUID: 16 bytes. TEXT: a text. BIGINT: an integer of 64 bits. NUMERIC: an integer of up to 38 digits. BOOLEAN: a
    bool. MOMENT: an RFC 3339 text. DAY: a text such as 2026-11-29. TEXTS: texts without commas. JSON: final bytes.
    """

    UUID = auto()
    TEXT = auto()
    BIGINT = auto()
    NUMERIC = auto()
    BOOLEAN = auto()
    MOMENT = auto()
    DAY = auto()
    TEXTS = auto()
    JSON = auto()


class Meeting(Enum):
    """What becomes of a column when its row is there already: the NEW value, the SUM of both, the LATER of both."""

    NEW = auto()
    SUM = auto()
    LATER = auto()


class Column(NamedTuple):
    """One column of a read model. A key is never NULL; of what is not, `nullable` says so."""

    name: str
    kind: Kind
    key: bool = False
    nullable: bool = False
    meeting: Meeting = Meeting.NEW


@dataclass(frozen=True, eq=False)
class ReadModel(Generic[R]):
    """A table, and the rows that it takes: tuples of `row` in the order of `columns`, the key first.

    Where `newest` names a column, a row that is not higher in it than the one that is there changes nothing. Where rows
    are only `appended`, none is ever there already. Raises ValueError when rows and columns do not fit.
    """

    table: str
    row: type[R]
    columns: tuple[Column, ...]
    newest: str | None = None
    appended: bool = False

    def __post_init__(self) -> None:
        names = tuple(column.name for column in self.columns)
        if names != getattr(self.row, "_fields", None):
            raise ValueError(f"{self.table}: columns {names} are not the fields of {self.row.__name__}")

    @cached_property
    def key(self) -> tuple[Column, ...]:
        """The columns of the primary key."""
        return tuple(column for column in self.columns if column.key)

    @cached_property
    def meetings(self) -> tuple[Callable[[Any, Any], Any], ...]:
        """What becomes of an old and a new value, for each column."""
        return tuple(_MEETINGS[column.meeting] for column in self.columns)


def merged(model: ReadModel[R], rows: Iterable[R]) -> list[R]:
    """One row for each key, in key order: columns meet in `rows` as they do in the database."""
    width = len(model.key)
    found: dict[tuple[Any, ...], R] = {}
    for row in rows:
        key = row[:width]
        before = found.get(key)
        found[key] = row if before is None else model.row(*map(_meet, model.meetings, before, row))
    return [found[key] for key in sorted(found)]


def _meet(meeting: Callable[[Any, Any], Any], old: object, new: object) -> Any:
    return meeting(old, new)


_MEETINGS: Final[Mapping[Meeting, Callable[[Any, Any], Any]]] = {
    Meeting.NEW: lambda _, new: new,
    Meeting.SUM: add,
    Meeting.LATER: max,
}

Rows = Sequence[tuple[Any, ...]]
"""Of one read model, in key order: two projectors that meet on a row must not deadlock."""
