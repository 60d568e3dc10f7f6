"""What the verbs need of the read database. All methods may raise Refused, and NotYet where they give way to others."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

from query_api.application.generations.standing import Compared, Live, Report, Standing


class Kept(NamedTuple):
    """A table that triggers keep: one of them, and the statements that make them all and fill the table."""

    trigger: str
    statements: Sequence[str]


class Blueprint(NamedTuple):
    """How generations are made: what the migrations know, for those who may not look into them.

    `revision` is the one that the statements are right for. `lock` is the advisory lock that migrations take turns by.
    """

    revision: str
    lock: int
    tables: Callable[[str], Sequence[str]]
    """Statements that make a generation without what only questions need."""
    indexes: Callable[[str], Mapping[str, str]]
    """Statements that make the indexes that only questions need, by name of the index."""
    kept: Callable[[str], Mapping[str, Kept]]
    """The tables that are kept like indexes, by name."""
    views: Callable[[str], Sequence[str]]
    """Statements that make the live views show a generation."""
    read_models: Sequence[str]
    """Tables that are filled from events."""


class Standstill(Protocol):
    """A moment in which the live generation's projector waits. What is to be switched, is switched at its end."""

    live: Standing

    def other(self) -> Standing:
        """How far the other generation is by now."""

    def hold(self) -> Standing:
        """Let the other one's projector wait, too; how far it is."""

    def astray(self) -> int:
        """How many events the other one has set apart although the live one has applied them."""

    def switch(self) -> None:
        """Let the live views show the other one."""


class Generations(Protocol):
    """The generations in the read database."""

    def names(self) -> list[str]:
        """All there are, by number."""

    def live(self) -> Live: ...

    def create(self, name: str) -> None:
        """Make the generation, with the rights on it and without what only questions need."""

    def differences(self, name: str) -> list[str]:
        """How the tables, keys and rights of a generation differ from those of the live one."""

    def missing_indexes(self, name: str) -> list[str]:
        """Indexes that are not there, or not valid, and tables that are not kept like indexes as they should be."""

    def build_indexes(self, name: str, told: Callable[[str], None]) -> list[str]:
        """Build what is missing, each while everybody works. `told` hears of each that is begun. The names."""

    def standing(self, name: str) -> Standing: ...

    def report(self, name: str, *, exact: bool) -> Report: ...

    def compared(self, name: str) -> list[Compared] | None:
        """The generation beside the live one, in one snapshot; None where they stand at different events in it."""

    def standstill(self, name: str) -> AbstractContextManager[Standstill]:
        """One transaction, in which the live generation stands still. What it did is undone when the block fails."""

    def drop(self, name: str) -> None:
        """Drop the generation, which is not live, with all it holds."""
