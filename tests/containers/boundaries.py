"""Who can open a socket to whom: tried from every container to every other one, in every network that it has."""

from typing import Final

from tests.containers.composing import PORTS, System

SERVICES: Final = ("command-api", "outbox-relay", "projector", "query-api", "gateway")
ENGINES: Final = ("write-db", "read-db", "redis")
TRIED: Final = len(SERVICES) * len(ENGINES)
MAY: Final = {
    ("command-api", "write-db"),
    ("outbox-relay", "write-db"),
    ("outbox-relay", "redis"),
    ("projector", "redis"),
    ("projector", "read-db"),
    ("query-api", "read-db"),
}
"""Who speaks to which engine. Nobody else can."""
CAPABILITIES: Final = {"gateway": 1 << 10}
"""CAP_NET_BIND_SERVICE, see compose.yaml. Nobody else has any."""
_TRY: Final = """
import socket, sys
for target in sys.argv[1:]:
    name, host, port = target.split(",")
    try:
        socket.create_connection((host, int(port)), 1).close()
        print(name)
    except OSError:
        pass
"""


def reached(system: System) -> set[tuple[str, str]]:
    """Which service got through to which engine, at any address that the engine has."""
    targets = [
        f"{engine},{address},{PORTS[engine]}"
        for engine in ENGINES
        for address in system.addresses(system.container(engine)).values()
    ]
    found: set[tuple[str, str]] = set()
    for service in SERVICES:
        said = system.execute(system.container(service), "python3", "-c", _TRY, *targets)
        found |= {(service, engine) for engine in said.split()}
    return found


def looseness(system: System) -> list[str]:
    """Which containers may do more than they need: write their root, be root, or have a capability."""
    loose = []
    for service in (*SERVICES, *ENGINES):
        container = system.container(service)
        found = system.inspect(container)
        status = system.execute(container, "cat", "/proc/1/status")
        if not found["HostConfig"]["ReadonlyRootfs"]:
            loose.append(f"{service}: its root can be written")
        if "Uid:\t0" in status:
            loose.append(f"{service}: it is root")
        effective = next(line.split()[1] for line in status.splitlines() if line.startswith("CapEff:"))
        if int(effective, 16) & ~CAPABILITIES.get(service, 0):
            loose.append(f"{service}: capabilities {effective}")
    return loose
