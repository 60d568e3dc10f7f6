"""What is told of a kind of problem."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

NOTHING_MORE: Final[Mapping[str, "Member"]] = MappingProxyType({})


class Member(NamedTuple):
    """A fact that a problem document carries beside the members that all of them have."""

    meaning: str
    example: object


class Kind(NamedTuple):
    """What all problems of one code have in common. Texts may hold `code` between backticks."""

    status: int
    title: str
    when: str
    advice: str
    members: Mapping[str, Member] = NOTHING_MORE
    retry_after: int | None = None
    """Seconds, for the header Retry-After."""
