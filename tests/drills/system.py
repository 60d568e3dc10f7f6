"""The whole system under drill: three engines, two of each process but query-api, and a proxy on every link."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from stack import postgres, valkey
from stack.catalogue import with_search_path
from stack.lodging import Lodging, find_lodging, spare_folder
from stack.parts import Server, Site
from stack.ports import choose_port
from stack.postgres import PostgresServer
from stack.redis_users import ADMIN, RedisUsers, kept_users
from stack.services import ServiceServer, module_command, page_token_secret, service
from stack.valkey import ValkeyServer
from tests.drills.doors import Doors
from tests.drills.links import Link
from tests.drills.running import Running

ENGINES: Final = ("write-db", "read-db", "redis")
NEEDS: Final = {
    "command-api-1": ("write-db",),
    "command-api-2": ("write-db",),
    "relay-1": ("write-db", "redis"),
    "relay-2": ("write-db", "redis"),
    "projector-1": ("redis", "read-db"),
    "projector-2": ("redis", "read-db"),
    "query-api": ("read-db",),
}
"""Which engines a process speaks to: a link each."""
SERVICES: Final = tuple(NEEDS)
PROCESSES: Final = (*ENGINES, *SERVICES)
LINKS: Final = tuple(f"{name}>{engine}" for name, engines in NEEDS.items() for engine in engines)
_OURS: Final = ("COMMAND_API_", "QUERY_API_", "OUTBOX_RELAY_", "PROJECTOR_")
RELAY: Final = {"POLL_SECONDS": "0.005", "STREAM_WINDOW": "500"}
"""Two relays, each through two proxies, would take a core of a small machine at the shipped pace; and at the shipped
window nothing would be trimmed in so short a life.
"""
COMMANDS: Final = {"ACCEPTED_LEASE_SECONDS": "2.5"}
"""What a killed process had begun is taken over before a round is over."""


@dataclass(frozen=True, slots=True)
class Exit:
    """A process that ended though nobody had asked it to."""

    name: str
    code: int


class System:
    """Everything that runs. `urls` are the engines' own, past the proxies: for the drill and its checker."""

    def __init__(self, folder: Path, lodging: Lodging) -> None:
        self.folder = folder
        self.lodging = lodging
        self.ports = {name: choose_port() for name in PROCESSES}
        self._users = kept_users(folder)
        self.urls = {
            "write-db": postgres.url_on(self.ports["write-db"]),
            "read-db": with_search_path(postgres.url_on(self.ports["read-db"]), "g1"),
            "redis": self._users.url(valkey.url_on(self.ports["redis"]), ADMIN),
        }
        self.links = {name: Link(name, self.ports[name.partition(">")[2]]) for name in LINKS}
        self.parts: dict[str, Running] = {}
        self.exits: list[Exit] = []
        environment = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        self._site = Site(folder, lodging, self.urls, environment)
        self._watching: asyncio.Task[None] | None = None

    @property
    def logs(self) -> Path:
        """The folder with a log for each process."""
        return self.folder / "logs"

    @property
    def doors(self) -> Doors:
        """Where clients ask."""
        return Doors((self.ports["command-api-1"], self.ports["command-api-2"]), self.ports["query-api"])

    async def bring_up(self) -> None:
        """Start everything and wait until it is ready. Raises RuntimeError and TooLate."""
        for link in self.links.values():
            await link.open(choose_port())
        await self._start(engines(self.lodging, self.ports, self._users))
        await self.migrate_write(self.urls["write-db"])
        await self._do("query_api", ("migrate",), self._settings("read-db", PAGE_TOKEN_SECRET=self._secret))
        await self._start({name: self._service(name) for name in SERVICES})
        self._watching = asyncio.create_task(self._watch())

    async def take_down(self) -> None:
        """Stop everything, whatever state it is in."""
        if self._watching is not None:
            self._watching.cancel()
        for name in reversed(PROCESSES):
            if name in self.parts:
                await self.parts[name].kill()
        for link in self.links.values():
            link.close()

    async def start_again(self, name: str) -> None:
        """Start a part that a fault has ended."""
        await self.parts[name].start()

    async def move_write_db(self, server: PostgresServer) -> None:
        """Stop the write database and lead every link to `server`, which is started if it does not run."""
        part = self.parts["write-db"]
        await part.stop()
        part.server = server
        await part.start()
        self.ports["write-db"], self.urls["write-db"] = server.port, server.url
        for name, link in self.links.items():
            if name.endswith(">write-db"):
                link.upstream = server.port
                link.drop_all()
        await part.until_ready()

    async def complaint(self) -> str | None:
        """What is not ready; None when everything is."""
        complaints = await asyncio.gather(*(part.complaint() for part in self.parts.values()))
        return "; ".join(one for one in complaints if one is not None) or None

    async def _start(self, servers: Mapping[str, Server]) -> None:
        for name, server in servers.items():
            self.parts[name] = Running(name, server, self.logs / f"{name}.log")
            await self.parts[name].start()
        for name in servers:
            await self.parts[name].until_ready()

    async def migrate_write(self, url: str) -> None:
        """Make the write side's tables. Raises RuntimeError."""
        await self._do("command_api", ("migrate",), {"DATABASE_URL": url, "PAGE_TOKEN_SECRET": self._secret})

    async def outbox_relay(self, *verb: str) -> str:
        """What a verb of outbox-relay says, run as a process. Raises RuntimeError where it does not end with 0."""
        return await self._do("outbox_relay", verb, self._settings("write-db", REDIS_URL=self.urls["redis"]))

    async def projector(self, *verb: str) -> str:
        """The same for a verb of projector."""
        return await self._do("projector", verb, self._settings("read-db", REDIS_URL=self.urls["redis"]))

    @property
    def _secret(self) -> str:
        return page_token_secret(self.folder)

    def _settings(self, engine: str, **more: str) -> dict[str, str]:
        return {"DATABASE_URL": self.urls[engine]} | more

    async def _do(self, module: str, verb: tuple[str, ...], settings: Mapping[str, str]) -> str:
        command = module_command(self._site, module, verb[0], settings)
        done = await asyncio.create_subprocess_exec(
            *command.argv, *verb[1:], env=dict(command.env), cwd=command.cwd,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        said, complained = await done.communicate()
        if done.returncode != 0:
            last = (said + complained).decode().strip().splitlines()[-1:]
            raise RuntimeError(f"{module} {' '.join(verb)} ended with {done.returncode}: {' '.join(last)}")
        return said.decode().strip()

    def _service(self, name: str) -> ServiceServer:
        site = self._site
        through = {engine: self.links[f"{name}>{engine}"].port for engine in NEEDS[name]}
        urls = {
            "write-db": postgres.url_on(through.get("write-db", 0)),
            "read-db": with_search_path(postgres.url_on(through.get("read-db", 0)), "g1"),
        }
        settings = {"DATABASE_URL": next(urls[engine] for engine in NEEDS[name] if engine in urls)}
        if "redis" in through:
            user = "relay" if name.startswith("relay") else "projector"
            settings["REDIS_URL"] = self._users.url(valkey.url_on(through["redis"]), user)
        if name == "query-api":
            settings["PAGE_TOKEN_SECRET"] = self._secret
            return service(site, "query_api", "serve", self.ports[name], settings)
        if name.startswith("command"):
            return service(site, "command_api", "serve", self.ports[name], settings | COMMANDS)
        if name.startswith("relay"):
            return service(site, "outbox_relay", "run", self.ports[name], settings | RELAY)
        return service(site, "projector", "run", self.ports[name], settings)

    async def _watch(self) -> None:
        """Start again what has ended by itself, as an orchestrator would; note that it has."""
        while True:
            for name, part in self.parts.items():
                if part.wanted and part.exit_code is not None:
                    self.exits.append(Exit(name, part.exit_code))
                    with suppress(OSError, RuntimeError):
                        await part.start()
            await self._until_a_moment_later()

    @staticmethod
    async def _until_a_moment_later() -> None:
        await asyncio.sleep(0.5)


def engines(lodging: Lodging, ports: Mapping[str, int], users: RedisUsers) -> dict[str, Server]:
    """The three engines, which sync what they are told to keep."""
    made: dict[str, Server] = {
        name: PostgresServer(lodging.folder / name, ports[name], lodging.binaries.postgres, lodging.account)
        for name in ("write-db", "read-db")
    }
    folder = lodging.folder / "redis"
    link = ValkeyServer(folder, ports["redis"], lodging.binaries.valkey, lodging.account, users=users)
    return made | {"redis": link}


def _prepare(folder: Path) -> System:
    folder.mkdir(parents=True, exist_ok=True)
    return System(folder, find_lodging(folder.absolute()))


@asynccontextmanager
async def running_system(folder: Path) -> AsyncIterator[System]:
    """A system whose data and logs lie in `folder`, and below /var/tmp where the engines may not enter it."""
    system = await asyncio.to_thread(_prepare, folder)
    try:
        await system.bring_up()
        yield system
    finally:
        await system.take_down()


def remove(folder: Path) -> None:
    """Throw away all that a stopped system has left."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(spare_folder(folder.absolute()), ignore_errors=True)
