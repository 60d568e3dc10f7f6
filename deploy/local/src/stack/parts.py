"""What a stack is made of: parts with a name, a usual port and a way to be started; and the place where they run."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, Self

from stack.launching import Command
from stack.lodging import Lodging


class Server(Protocol):
    """One program to be kept running. Its methods block."""

    @property
    def url(self) -> str: ...

    @property
    def stop_signal(self) -> int: ...

    def prepare(self) -> Self:
        """Make ready to start: data folders, leftovers of a crash."""
        ...

    def command(self) -> Command: ...

    def probe(self) -> str | None:
        """None when it is ready, else the reason why not, in one line."""
        ...


@dataclass(frozen=True, slots=True)
class Site:
    """Where one stack runs: its data folder, the engines' lodging, the URL of every part, as parts use it."""

    data: Path
    lodging: Lodging
    urls: Mapping[str, str]
    environment: Mapping[str, str]

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    def log_of(self, name: str) -> Path:
        """The file with all that the part said."""
        return self.logs / f"{name}.log"


def _as_it_is(url: str) -> str:
    return url


def _for_everybody(url: str, _data: Path) -> str:
    return url


def _nothing(_url: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Part:
    """One part. `make` builds its server from the site and its port.

    Parts of a lower `stage` are ready before the next stage starts. `stops` orders the stopping, lowest first.
    `given_by` names the environment variable with the URL of a server to use instead of an own one, `reach` tells
    whether that one answers, and `if_given` what people should know then. `as_admin` puts into the URL of an own server
    who has all rights there; the password is kept in the data folder. `told` turns a URL into the one told to people.
    `migrate` runs before its stage, and `admit` after the migrations: it lets services into their database, and answers
    what people should know, or None. `summary` asks the part at its URL what it is doing, for `status`. `counted_as` is
    the option of `up` that says how many of it there are; without it there is one.
    """

    name: str
    usual_port: int
    stage: int
    stops: int
    make: Callable[[Site, int], Server]
    url_on: Callable[[int], str]
    migrate: Callable[[Site], Command] | None = None
    admit: Callable[[Site], str | None] | None = None
    given_by: str | None = None
    if_given: str = ""
    reach: Callable[[str], str | None] | None = None
    as_admin: Callable[[str, Path], str] = _for_everybody
    told: Callable[[str], str] = _as_it_is
    summary: Callable[[str], str] = _nothing
    counted_as: str | None = None

    def given_url(self, environment: Mapping[str, str]) -> str | None:
        """The URL of a server that is there already, if the environment names one."""
        return (environment.get(self.given_by) or None) if self.given_by else None


@dataclass(frozen=True, slots=True)
class Program:
    """A launcher: the parts it runs, how to call itself, and the lines that show a visitor round.

    `extras` are parts that run only where `up` is asked for them, by the names of its options. `beside` makes the part
    that works on a generation of read models beside those that work on the live one.
    """

    parts: tuple[Part, ...]
    argv: tuple[str, ...]
    tour: Callable[[Mapping[str, str]], list[str]]
    extras: Mapping[str, Part] = field(default_factory=dict)
    beside: Callable[[str], Part] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(part.name for part in self.parts)


def caller_environment() -> dict[str, str]:
    """The environment of whoever called the launcher; services inherit it, engines do not."""
    return dict(os.environ)
