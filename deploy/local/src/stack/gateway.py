"""One address for both APIs, split by method: Caddy from a wheel, with the Caddyfile that compose uses too."""

import re
import sys
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from stack.launching import Command
from stack.parts import Site
from stack.ports import LOOPBACK
from stack.services import ServiceServer, address_on

CADDYFILE: Final = Path(__file__).parents[3] / "gateway" / "Caddyfile"
SEARCHED: Final = "/usr/bin:/bin"


def gateway(site: Site, port: int) -> ServiceServer:
    """Before all processes of both APIs. It is ready as soon as it listens, whether they are or not."""
    argv = [str(Path(sys.executable).with_name("caddy")), "run", "--adapter", "caddyfile", "--config", str(CADDYFILE)]
    # Where Caddy leaves a copy of what it was told; it reads nothing of that.
    home = {"HOME": str(site.data), "XDG_DATA_HOME": str(site.data), "XDG_CONFIG_HOME": str(site.data)}
    where = {"GATEWAY_HOST": LOOPBACK, "GATEWAY_PORT": str(port)}
    behind = {"COMMAND_API": _processes(site, "command-api"), "QUERY_API": _processes(site, "query-api")}
    return ServiceServer(address_on(port), Command(argv, {"PATH": SEARCHED} | home | where | behind, site.data))


def _processes(site: Site, service: str) -> str:
    """`host:port` of each process of a service, with spaces between: what the Caddyfile takes."""
    mine = re.compile(rf"{service}(-\d+)?")
    return " ".join(urlsplit(url).netloc for name, url in site.urls.items() if mine.fullmatch(name))
