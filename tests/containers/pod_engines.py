"""Two Postgres and one Valkey beside pods, under the names and with the passwords that the manifests speak of."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Final

from tests.architecture.tree import ROOT
from tests.containers.certificates import issue
from tests.containers.composing import COMPOSE
from tests.containers.host import CommandFailed, Host
from tests.containers.images import ENGINES

NETWORK: Final = "orders-pods"
DATABASES: Final = {"write-db": ("command", "relay"), "read-db": ("projector", "query")}
"""And whose users they have."""
NAMES: Final = ("write-db-rw", "read-db-rw", "valkey")
_TLS: Final = "/etc/orders/tls"
_POSTGRES_TLS: Final = (
    *("postgres", "-c", "ssl=on", "-c", f"ssl_cert_file={_TLS}/tls.crt", "-c", f"ssl_key_file={_TLS}/tls.key"),
)
_VALKEY_TLS: Final = (
    *("--tls-port", "6379", "--port", "0", "--tls-auth-clients", "no", "--tls-ca-cert-file", f"{_TLS}/tls.crt"),
    *("--tls-cert-file", f"{_TLS}/tls.crt", "--tls-key-file", f"{_TLS}/tls.key"),
)

Secrets = Mapping[tuple[str, str], str]
"""By Secret and key, in the clear."""


@contextmanager
def engines(host: Host, secrets: Secrets, *, tls: bool) -> Iterator[str]:
    """Running while the context lasts; what whoever speaks to them over TLS has to trust, as PEM."""
    folder = issue(host.folder / "pods-tls", NAMES)
    remove = ["podman", "rm", "--force", "--time=0", "--volumes", "--ignore", *NAMES]
    host.run(remove)
    with suppress(CommandFailed):
        host.run(["podman", "network", "create", NETWORK])
    try:
        for name in NAMES:
            mounts = [f"--volume={folder / name}:{_TLS}:ro"]
            started = _valkey(secrets, tls=tls) if name == "valkey" else _postgres(name, secrets, tls=tls)
            run = ["podman", "run", "--detach", f"--network={NETWORK}", f"--name={name}", "--user=999:999"]
            host.run([*run, *mounts, *started])
        yield (folder / "ca.crt").read_text()
    finally:
        host.run(remove)
        host.run(["podman", "network", "rm", "--force", NETWORK])


def _postgres(name: str, secrets: Secrets, *, tls: bool) -> list[str]:
    database = name.removesuffix("-rw")
    owner = f"{database}-orders-owner"
    given = {"POSTGRES_USER": secrets[owner, "username"], "POSTGRES_PASSWORD": secrets[owner, "password"]}
    given["POSTGRES_DB"] = "orders"
    for role in DATABASES[database]:
        given[f"ORDERS_{role.upper()}_PASSWORD"] = secrets[f"{database}-orders-{role}", "password"]
    users = f"--volume={COMPOSE / 'users.sh'}:/docker-entrypoint-initdb.d/users.sh:ro"
    return [*_env(given), users, "--tmpfs=/var/run/postgresql:mode=1777", ENGINES, *(_POSTGRES_TLS if tls else ())]


def _valkey(secrets: Secrets, *, tls: bool) -> list[str]:
    given = {f"{user.upper()}_PASSWORD": secrets["valkey-users", user] for user in ("relay", "projector", "monitor")}
    rules = f"--volume={ROOT / 'deploy' / 'redis' / 'users.acl'}:/etc/orders/users.acl:ro"
    start = f"--volume={COMPOSE / 'start-redis.sh'}:/etc/orders/start-redis.sh:ro"
    command = [ENGINES, "/etc/orders/start-redis.sh", *(_VALKEY_TLS if tls else ())]
    return [*_env(given), rules, start, "--entrypoint=sh", *command]


def _env(given: Mapping[str, str]) -> list[str]:
    return [f"--env={name}={value}" for name, value in given.items()]
