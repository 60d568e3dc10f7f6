"""What a verification needs from outside, by role."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, NamedTuple, Protocol

from projector.application.log import Stored
from projector.application.ports import ReadStore
from projector.application.projections.read_model import ReadModel

Texts = tuple[str | None, ...]
"""A row, each column as the text that Postgres has for it; None is NULL."""


class Difference(NamedTuple):
    """A row of a read model as the log has it, and as it is stored; None: there is none."""

    model: ReadModel[Any]
    folded: Texts | None
    stored: Texts | None

    @property
    def key(self) -> Texts:
        """The values of its key."""
        row = self.folded if self.folded is not None else self.stored
        assert row is not None
        return row[: len(self.model.key)]


class Snapshot(Protocol):
    """Read models and checkpoints as they were at one moment."""

    @property
    def stands(self) -> Stored:
        """The checkpoints."""
        ...

    def rows(self, model: ReadModel[Any]) -> AsyncIterator[Texts]:
        """All rows, in the order of their keys by code point. Raises Unavailable."""
        ...


class Scratch(ReadStore, Protocol):
    """Read models of nobody else's, empty at first, that are gone when we are. Raises Unavailable."""

    async def prepare(self) -> None:
        """Make them. To be called first."""
        ...

    def rows(self, model: ReadModel[Any]) -> AsyncIterator[Texts]:
        """All rows, in the order of their keys by code point."""
        ...


class LiveModels(Protocol):
    """The read models that are verified, while a projector goes on with them. Raises Unavailable."""

    def snapshot(self) -> AbstractAsyncContextManager[Snapshot]:
        """As they are now, for as long as it is looked at."""
        ...

    async def mend(self, differences: Sequence[Difference]) -> int:
        """Have the log's rows in the place of the stored ones, where these are still the same. Answers how many were.

        What adds up is given the difference, whatever has been added to it since.
        """
        ...
