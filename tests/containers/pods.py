"""Each Deployment of the rendered manifests as a pod, with its security context, probes and environment.

Podman plays them. The migrations are Jobs, which it does not play: their pod is taken out of the Job, as the cluster
would do. In `production` the Secrets are those that deploy/k8s/README.md asks an operator for, word for word.
"""

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, Final

import yaml

from tests.architecture.tree import SERVICES
from tests.containers.composing import keep_logs, until
from tests.containers.host import CommandFailed, Host
from tests.containers.images import TAGS, image_of
from tests.containers.pod_engines import NETWORK, engines
from tests.contract.kubernetes.manifests import OVERLAYS, of_kind, rendered
from tests.contract.kubernetes.processes import documented_secrets, generated_secrets

_UNPRIVILEGED: Final = "10001"
_AUTHORITIES: Final = ("write-db-ca", "read-db-ca")
_AUTHORITY_TO_ALL: Final = "valkey-ca"

Manifest = dict[str, Any]


def play_pods(host: Host, tell: Callable[[str], None]) -> None:
    """Raises CommandFailed, TooLate and AssertionError where one is not as its manifest says, or not ready."""
    for overlay in OVERLAYS:
        manifests = rendered(overlay)
        secrets = dict(generated_secrets() if overlay == "dev" else documented_secrets())
        with engines(host, secrets, tls=overlay != "dev") as authority:
            secrets |= {(name, "ca.crt"): authority for name in _AUTHORITIES}
            config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": _AUTHORITY_TO_ALL}}
            (host.folder / "config.yaml").write_text(yaml.safe_dump(config | {"data": {"ca.crt": authority}}))
            with _kept(host, secrets):
                for job in of_kind("Job", manifests).values():
                    _migrate(host, job)
                for name, deployment in of_kind("Deployment", manifests).items():
                    _hold(host, deployment)
                    tell(f"{overlay}: the pod of {name} is ready, and may do no more than it needs")


def _migrate(host: Host, job: Manifest) -> None:
    template = job["spec"]["template"]
    metadata = {"name": job["metadata"]["name"], "labels": template["metadata"]["labels"]}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]}
    with _played(host, pod) as container:
        until(partial(_ended, host, container), f"{metadata['name']} has ended")
        assert _state(host, container)["ExitCode"] == 0, f"{metadata['name']} failed"


@contextmanager
def _kept(host: Host, secrets: dict[tuple[str, str], str]) -> Iterator[None]:
    """As podman 4.3 wants them: for variables just the data, as JSON; for files a whole Secret, but in the clear."""
    names = sorted({name for name, _ in secrets})
    for name in names:
        file = host.folder / "secret.json"
        data = {key: value for (of, key), value in secrets.items() if of == name}
        file.write_text(json.dumps({"data": data} if name in _AUTHORITIES else _encoded(data)))
        with suppress(CommandFailed):
            host.run(["podman", "secret", "rm", name])
        host.run(["podman", "secret", "create", name, str(file)])
        file.unlink()
    try:
        yield
    finally:
        host.run(["podman", "secret", "rm", *names])


def _encoded(data: dict[str, str]) -> dict[str, str]:
    return {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}


@contextmanager
def _played(host: Host, manifest: Manifest) -> Iterator[str]:
    """What podman makes of a manifest; its one container."""
    (container,) = manifest["spec"].get("template", manifest)["spec"]["containers"]
    _, _, tag = container["image"].partition(":")
    for service in SERVICES:
        host.run(["podman", "tag", image_of(service, TAGS[0]), image_of(service, tag)])
    for volume in manifest["spec"].get("template", manifest)["spec"]["volumes"]:
        volume.get("secret", {})["optional"] = False  # which is the default, and podman 4.3 trips where it is not said
    name = manifest["metadata"]["name"]
    file = host.folder / f"{name}.yaml"
    file.write_text(yaml.safe_dump(manifest))
    play = ["podman", "kube", "play"]
    try:
        left_over = name if manifest["kind"] == "Pod" else f"{name}-pod"  # by a run that was killed
        host.run(["podman", "pod", "rm", "--force", "--ignore", left_over])
        config = f"--configmap={host.folder / 'config.yaml'}"
        said = host.run([*play, f"--network={NETWORK}", config, str(file)])
        yield said.split("Container:")[1].split()[0]
    finally:
        keep_logs(host)
        with suppress(CommandFailed):  # it may not have come so far; the failure above is the one to tell
            host.run([*play, "--down", str(file)])


def _hold(host: Host, deployment: Manifest) -> None:
    """Its probes answer, and it may do what its security context says and no more."""
    (said,) = deployment["spec"]["template"]["spec"]["containers"]
    port = said["ports"][0]["containerPort"]
    with _played(host, deployment) as container:
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            path = said[probe]["httpGet"]["path"]
            ask = f"import urllib.request as r; r.urlopen('http://127.0.0.1:{port}{path}', timeout=2)"
            command = ["podman", "exec", container, "python3", "-c", ask]
            until(partial(host.succeeds, command), f"{probe} of {said['name']} is content")
        found = json.loads(host.run(["podman", "inspect", container]))[0]
        status = host.run(["podman", "exec", container, "cat", "/proc/1/status"])
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert found["HostConfig"]["ReadonlyRootfs"], f"{said['name']}: its root can be written"
    assert set(fields["Uid"].split()) == {_UNPRIVILEGED}, f"{said['name']}: it is user {fields['Uid']}"
    assert int(fields["CapBnd"], 16) == 0, f"{said['name']}: it may have capabilities {fields['CapBnd']}"
    assert fields["NoNewPrivs"] == "1", f"{said['name']}: it may get privileges"
    assert fields["Seccomp"] == "2", f"{said['name']}: no filter of system calls"


def _state(host: Host, container: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(host.run(["podman", "inspect", container]))[0]["State"]
    return found


def _ended(host: Host, container: str) -> bool:
    return bool(_state(host, container)["Status"] == "exited")
