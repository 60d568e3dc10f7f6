"""Each Deployment of the rendered manifests as a pod, with its security context, probes and environment."""

from collections.abc import Callable

from tests.containers.host import Host


def play_pods(host: Host, tell: Callable[[str], None]) -> None:
    """Not yet."""
