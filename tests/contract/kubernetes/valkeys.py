"""A real Valkey, started as the StatefulSet does: its script fills the users in, its file configures the server."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import redis

from stack.lodging import find_lodging
from stack.ports import LOOPBACK, choose_port
from tests.contract.kubernetes.manifests import Pod, of_kind, pods_of, rendered
from tests.integration.stack.launcher import until

PASSWORDS: Final = {"relay": "of$relay|&/\\", "projector": "`of`'projector'", "monitor": 'of"monitor"$(x)${y}!'}
"""Single words, and the worst of these."""


def pod(overlay: str) -> Pod:
    """Valkey's."""
    return pods_of(overlay)["valkey"]


def configuration(overlay: str, prefix: str) -> str:
    """The one file in the ConfigMap that is called like this."""
    (found,) = [one for name, one in of_kind("ConfigMap", rendered(overlay)).items() if name.startswith(prefix)]
    (text,) = found["data"].values()
    return str(text)


def filled_in(overlay: str, folder: Path, passwords: Mapping[str, str] = PASSWORDS) -> Path:
    """The users' file as the first container leaves it, in `folder`."""
    (container,) = pod(overlay).spec["initContainers"]
    (folder / "users.template").write_text(configuration(overlay, "redis-users"))
    (script,) = container["args"]
    here = script.replace("/etc/orders/users.acl", f"{folder}/users.template").replace("/run/valkey", str(folder))
    secrets = {entry["name"]: passwords[entry["valueFrom"]["secretKeyRef"]["key"]] for entry in container["env"]}
    subprocess.run([*container["command"], here], env={"PATH": "/usr/bin:/bin", **secrets}, check=True)
    return folder / "users.acl"


def server_words(overlay: str) -> list[str]:
    """What follows the configuration file on the command line."""
    main = pod(overlay).main
    assert main["command"] == ["valkey-server"]
    assert main["args"][0] == "/etc/valkey/valkey.conf"
    return [word.replace("$(MAXMEMORY)", str(pod(overlay).settings["MAXMEMORY"])) for word in main["args"][1:]]


@contextmanager
def running(overlay: str, folder: Path) -> Iterator[int]:
    """Serves while the context lasts, with its files in `folder`; the port."""
    users, port = filled_in(overlay, folder), choose_port()
    conf = configuration(overlay, "valkey-conf").replace("/run/valkey/users.acl", str(users))
    (folder / "valkey.conf").write_text(conf.replace("dir /data", f"dir {folder}").replace("* -::*", LOOPBACK))
    program = str(find_lodging(folder).binaries.valkey)
    words = [program, str(folder / "valkey.conf"), "--port", str(port), *server_words(overlay)]
    with (folder / "log").open("wb") as log, subprocess.Popen(words, stdout=log, stderr=log) as process:
        try:
            until(lambda: _listens(port))
            yield port
        finally:
            process.terminate()


def client(port: int, name: str) -> "redis.Redis":
    """One of its users."""
    return redis.Redis(host=LOOPBACK, port=port, username=name, password=PASSWORDS[name], decode_responses=True)


def _listens(port: int) -> bool:
    with client(port, "monitor") as monitor:
        try:
            return bool(monitor.ping())
        except redis.ConnectionError:
            return False
