"""What a person does when the write database is not the one that it was: the words of the two verbs for it."""

from typing import NamedTuple


class Refused(Exception):
    """Nothing was changed. The message says why, in one line."""


class Raised(NamedTuple):
    """The epoch `before` and `now`; the same when it had not to be raised."""

    before: int
    now: int

    def __str__(self) -> str:
        return f"epoch {self.before} -> {self.now}" if self.now != self.before else f"epoch {self.now}: left as it is"


class Adopted(NamedTuple):
    """So many `events` have this cluster's numbers now; `fresh` of them had no sequence before."""

    events: int
    fresh: int
    ticks: int
    was: int
    now: int

    def __str__(self) -> str:
        return (
            f"cluster {self.was} -> {self.now}: {self.events} events, {self.events - self.fresh} under the sequences"
            f" that they had and {self.fresh} under their first; {self.ticks} ticks became one"
        )
