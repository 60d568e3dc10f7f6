"""Each Deployment of the rendered manifests as a pod, with its security context, probes and environment.

Podman plays them beside engines that have the names and passwords that the manifests speak of. The migrations are Jobs,
which it does not play: their pod is taken out of the Job, as the cluster would do.
"""

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Final

import yaml

from tests.architecture.tree import ROOT, SERVICES
from tests.containers.composing import COMPOSE, until
from tests.containers.host import CommandFailed, Host
from tests.containers.images import ENGINES, TAGS, image_of

RENDERED: Final = ROOT / "deploy" / "k8s" / "rendered" / "dev.yaml"
NETWORK: Final = "orders-pods"
_USERS: Final = f"--volume={COMPOSE / 'users.sh'}:/docker-entrypoint-initdb.d/users.sh:ro"
_ACL: Final = f"--volume={ROOT / 'deploy' / 'redis' / 'users.acl'}:/etc/orders/users.acl:ro"
_START: Final = f"--volume={COMPOSE / 'start-redis.sh'}:/etc/orders/start-redis.sh:ro"
_ROLES: Final = {"write-db": ("command", "relay"), "read-db": ("projector", "query")}
_UNPRIVILEGED: Final = "10001"

Manifest = dict[str, Any]


def play_pods(host: Host, tell: Callable[[str], None]) -> None:
    """Raises CommandFailed, TooLate and AssertionError where one is not as its manifest says, or not ready."""
    manifests = list(yaml.safe_load_all(RENDERED.read_text()))
    for service in SERVICES:
        host.run(["podman", "tag", image_of(service, TAGS[0]), image_of(service, "dev")])
    with _kept_secrets(host, manifests), _engines(host, _secrets(manifests)):
        for job in _of_kind(manifests, "Job"):
            with _played(host, _pod_of(job)) as container:
                until(partial(_ended, host, container), f"{container} has ended")
                assert _state(host, container)["ExitCode"] == 0, f"{container} failed"
        for deployment in _of_kind(manifests, "Deployment"):
            with _played(host, deployment) as container:
                _hold(host, container, deployment["spec"]["template"]["spec"]["containers"][0])
                tell(f"pod of {deployment['metadata']['name']}: ready, and no more than it needs")


def _of_kind(manifests: list[Manifest], kind: str) -> list[Manifest]:
    return [one for one in manifests if one["kind"] == kind]


def _secrets(manifests: list[Manifest]) -> dict[str, dict[str, str]]:
    """By name and key, in the clear."""
    return {
        secret["metadata"]["name"]: {key: base64.b64decode(value).decode() for key, value in secret["data"].items()}
        for secret in _of_kind(manifests, "Secret")
    }


@contextmanager
def _kept_secrets(host: Host, manifests: list[Manifest]) -> Iterator[None]:
    """As podman wants them: by name, the data as JSON. It takes the manifests too, and cannot read them afterwards."""
    names = [secret["metadata"]["name"] for secret in _of_kind(manifests, "Secret")]
    remove = ["podman", "secret", "rm", *names]
    with suppress(CommandFailed):
        host.run(remove)
    for secret in _of_kind(manifests, "Secret"):
        file = host.folder / "secret.json"
        file.write_text(json.dumps(secret["data"]))
        host.run(["podman", "secret", "create", secret["metadata"]["name"], str(file)])
        file.unlink()
    try:
        yield
    finally:
        host.run(remove)


@contextmanager
def _engines(host: Host, secrets: dict[str, dict[str, str]]) -> Iterator[None]:
    """Two Postgres and one Valkey under the names that the manifests have for them."""
    names = ["write-db-rw", "read-db-rw", "valkey"]
    remove = ["podman", "rm", "--force", "--volumes", *names]
    with suppress(CommandFailed):
        host.run(remove)
    if not host.succeeds(["podman", "network", "exists", NETWORK]):
        host.run(["podman", "network", "create", NETWORK])
    start = ["podman", "run", "--detach", f"--network={NETWORK}", "--tmpfs=/var/run/postgresql:mode=1777"]
    try:
        for database, roles in _ROLES.items():
            owner = secrets[f"{database}-orders-owner"]
            given = {"POSTGRES_USER": owner["username"], "POSTGRES_PASSWORD": owner["password"]}
            given["POSTGRES_DB"] = "orders"
            for role in roles:
                given[f"ORDERS_{role.upper()}_PASSWORD"] = secrets[f"{database}-orders-{role}"]["password"]
            host.run([*start, f"--name={database}-rw", "--user=999:999", *_env(given), _USERS, ENGINES])
        given = {f"{user.upper()}_PASSWORD": password for user, password in secrets["valkey-users"].items()}
        command = ["--entrypoint=sh", ENGINES, "/etc/orders/start-redis.sh"]
        host.run([*start, "--name=valkey", "--user=999:999", *_env(given), _ACL, _START, *command])
        yield
    finally:
        host.run(remove)
        host.run(["podman", "network", "rm", NETWORK])


def _env(given: dict[str, str]) -> list[str]:
    return [f"--env={name}={value}" for name, value in given.items()]


@contextmanager
def _played(host: Host, what: Manifest) -> Iterator[str]:
    """What podman makes of a manifest; the name of its one container."""
    file = host.folder / f"{what['metadata']['name']}.yaml"
    file.write_text(yaml.safe_dump(what))
    play = ["podman", "kube", "play"]
    try:
        said = host.run([*play, f"--network={NETWORK}", str(file)])
        yield said.split("Container:")[1].split()[0]
    finally:
        _keep_log(host, file.stem)
        with suppress(CommandFailed):  # it may not have come so far; the failure above is the one to tell
            host.run([*play, "--down", str(file)])


def _keep_log(host: Host, name: str) -> None:
    with suppress(CommandFailed):
        names = host.run(["podman", "ps", "--all", "--format={{.Names}}"]).split()
        for container in (one for one in names if one.startswith(name)):
            Path(host.folder / f"pod-{container}.log").write_text(host.run(["podman", "logs", container]))


def _pod_of(job: Manifest) -> Manifest:
    template = job["spec"]["template"]
    metadata = {"name": job["metadata"]["name"], "labels": template["metadata"]["labels"]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]}


def _hold(host: Host, container: str, said: Manifest) -> None:
    """Its probes answer, and it may do what its security context says and no more."""
    port = said["ports"][0]["containerPort"]
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        path = said[probe]["httpGet"]["path"]
        ask = f"import urllib.request as r; r.urlopen('http://127.0.0.1:{port}{path}', timeout=2)"
        command = ["podman", "exec", container, "python3", "-c", ask]
        until(partial(host.succeeds, command), f"{probe} of {container} is content")
    found = json.loads(host.run(["podman", "inspect", container]))[0]
    status = host.run(["podman", "exec", container, "cat", "/proc/1/status"])
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert found["HostConfig"]["ReadonlyRootfs"], f"{container}: its root can be written"
    assert set(fields["Uid"].split()) == {_UNPRIVILEGED}, f"{container}: it is user {fields['Uid']}"
    assert int(fields["CapBnd"], 16) == 0, f"{container}: it may have capabilities {fields['CapBnd']}"
    assert fields["NoNewPrivs"] == "1", f"{container}: it may get privileges"
    assert fields["Seccomp"] == "2", f"{container}: no filter of system calls"


def _state(host: Host, container: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(host.run(["podman", "inspect", container]))[0]["State"]
    return found


def _ended(host: Host, container: str) -> bool:
    return bool(_state(host, container)["Status"] == "exited")
