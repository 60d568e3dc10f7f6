"""Every service goes over to a second image while customers order, and nobody is told of it.

As a cluster does it: the new one is started and ready before the old one is told to stop, which then says that it is
not ready any more and goes on answering until the gateway has noticed.
"""

import asyncio
import time
from typing import Final

from tests.architecture.tree import SERVICES
from tests.containers.composing import PORTS, System
from tests.containers.host import CommandFailed
from tests.containers.images import TAGS, image_of
from tests.e2e.customers import Customers, until

_FINE: Final = {200, 201}
_BETWEEN: Final = 100
"""Requests are answered before, between and after."""
_STOP_WITHIN: Final = 15


class Rolled:
    """What came of it: how many requests were answered, what failures said, and seconds for each roll."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.answers: dict[int | str, int] = {}
        self.said: list[str] = []

    @property
    def failures(self) -> str | None:
        """Answers that no client should see while a service is rolled, and the first of what they said."""
        unwanted = {answer: count for answer, count in self.answers.items() if answer not in _FINE}
        return f"{unwanted} {self.said[:3]}" if unwanted else None


def engine_urls(system: System) -> dict[str, str]:
    """The databases as their owner, from this machine, and the gateway for both APIs."""
    urls = {"command-api": system.gateway, "query-api": system.gateway}
    for database in ("write-db", "read-db"):
        (address,) = system.addresses(system.container(database)).values()
        password = system.environment[f"{database.removesuffix('-db').upper()}_OWNER_PASSWORD"]
        urls[database] = f"postgresql://orders_owner:{password}@{address}:5432/orders?sslmode=require"
    urls["read-db"] += "&options=-csearch_path%3Dlive"
    return urls


async def roll_all(system: System) -> Rolled:
    """Roll the four, one after the other, under load; then wait until the read side has all that was acknowledged."""
    rolled = Rolled()
    async with Customers(engine_urls(system)) as customers:
        await customers.stock_up()
        async with customers.ordering():
            await _answers(customers)
            for service in SERVICES:
                began = time.monotonic()
                await asyncio.to_thread(_roll, system, service)
                rolled.seconds[service] = time.monotonic() - began
                await _answers(customers)
        await customers.all_visible(within=20)
        rolled.answers, rolled.said = dict(customers.answers), customers.failures
    return rolled


async def _answers(customers: Customers) -> None:
    enough = customers.answers.total() + _BETWEEN
    await until(lambda: "nobody is answered" if customers.answers.total() < enough else None, within=30)


def _roll(system: System, service: str) -> None:
    old, new = system.container(service), f"{service}-next"
    system.host.run(_as_created(system, old, new, image_of(service, TAGS[1])))
    system.wait_until_ready(new, PORTS[service])
    system.host.run(["podman", "stop", f"--time={_STOP_WITHIN}", old])
    code = system.inspect(old)["State"]["ExitCode"]
    if code != 0:
        raise CommandFailed(f"{old} ended with {code} when it was told to stop")


def _as_created(system: System, old: str, new: str, image: str) -> list[str]:
    """The command that made the old one, for a new one of another image."""
    command: list[str] = system.inspect(old)["Config"]["CreateCommand"]
    named = next(place for place, word in enumerate(command) if word.startswith("--name"))
    command[named : named + (1 if "=" in command[named] else 2)] = [f"--name={new}"]
    at = next(place for place, word in enumerate(command) if word.endswith(f"orders/{service_of(image)}:{TAGS[0]}"))
    command[at] = image
    return ["podman", "run", "--detach", *(word for word in command[2:] if word not in {"-d", "--detach"})]


def service_of(image: str) -> str:
    """The service's name in the name of its image."""
    return image.rsplit("/", 1)[1].partition(":")[0]
