"""The launcher with parts of its own: real engines when FAKE_ENGINES asks for them, services in miniature always."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from stack import postgres, valkey
from stack.__main__ import main
from stack.catalogue import EXTRAS
from stack.launching import Command
from stack.parts import Part, Program, Server, Site
from stack.postgres import PostgresServer
from stack.readiness import ask_summary
from stack.services import ServiceServer, address_on
from stack.valkey import ValkeyServer

SERVICE = Path(__file__).with_name("service.py")


def make_database(site: Site, port: int) -> Server:
    programs = site.lodging.binaries.postgres
    return PostgresServer(site.lodging.folder / "db", port, programs, site.lodging.account, durable=False)


def make_redis(site: Site, port: int) -> Server:
    return ValkeyServer(site.lodging.folder / "redis", port, site.lodging.binaries.valkey, site.lodging.account)


def service(name: str, counted_as: str, usual_port: int, stops: int) -> Part:
    def make(site: Site, port: int) -> Server:
        own = {"FAKE_PORT": str(port)} | {
            f"FAKE_{what.upper()}": str(site.data / f"{name}-{what}") for what in ("unready", "status")
        }
        env = dict(site.environment) | own
        return ServiceServer(address_on(port), Command([sys.executable, str(SERVICE)], env, site.data))

    def migrate(site: Site) -> Command:
        program = "import os, sys; print('migrating'); sys.exit(os.environ.get('FAKE_MIGRATION', 0))"
        return Command([sys.executable, "-c", program], site.environment, site.data)

    def admit(site: Site) -> str | None:
        assert (site.logs / "web-migrate.log").exists(), "users before the migration"
        return os.environ.get("FAKE_NOTE")

    return Part(
        name, usual_port, 1, stops, make, address_on,
        migrate=migrate if name == "web" else None, admit=admit if name == "web" else None,
        summary=ask_summary, counted_as=counted_as,
    )  # fmt: skip


def tour(urls: Mapping[str, str]) -> list[str]:
    return [f"curl {urls['web']}/readyz"]


ENGINES = (
    Part("db", 5541, 0, 9, make_database, postgres.url_on, given_by="FAKE_DATABASE_URL", reach=postgres.reach),
    Part("redis", 6391, 0, 9, make_redis, valkey.url_on, given_by="FAKE_REDIS_URL", reach=valkey.reach),
)


def program() -> Program:
    """The launcher that the environment asks for."""
    web = service("web", "command-apis", int(os.environ.get("FAKE_USUAL_PORT", "8001")), 1)
    engines = ENGINES if "FAKE_ENGINES" in os.environ else ()
    parts = (*engines, web, service("worker", "relays", 8003, 2))
    return Program(parts, (sys.executable, str(Path(__file__))), tour, EXTRAS)


if __name__ == "__main__":
    main(program())
