"""What the machine must be and have, and the way to run a command on it that keeps all it said."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PACKAGES: Final = ("podman", "buildah", "runc", "netavark", "aardvark-dns", "iptables", "catatonit", "debootstrap")
SUITE: Final = "bookworm"
_LAST: Final = 15
"""Lines of a failed command's output that are shown."""
_OS_RELEASE: Final = Path("/etc/os-release")


class CommandFailed(Exception):
    """A command ended with another status than 0; the message has its last words."""


@dataclass(frozen=True, slots=True)
class Host:
    """This machine; `folder` keeps what is made on the way, and `log` what commands said."""

    folder: Path

    @property
    def log(self) -> Path:
        return self.folder / "commands.log"

    @property
    def environment(self) -> dict[str, str]:
        """With settings of podman's own for this run, never the machine's in /etc."""
        own = {"CONTAINERS_CONF": str(self.folder / "containers.conf")}
        return dict(os.environ) | own

    def run(self, argv: Sequence[str], within: float = 600, env: Mapping[str, str] | None = None) -> str:
        """Run it to its end; its standard output. Raises CommandFailed."""
        done = subprocess.run(
            list(argv),
            env=self.environment | dict(env or {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=within,
            check=False,
        )
        with self.log.open("a") as log:
            log.write(f"$ {' '.join(argv)}\n{done.stdout}{done.stderr}[{done.returncode}]\n")
        if done.returncode != 0:
            last = "\n  ".join((done.stdout + done.stderr).strip().splitlines()[-_LAST:])
            raise CommandFailed(f"{' '.join(argv[:6])}: exit status {done.returncode}\n  {last}")
        return done.stdout

    def succeeds(self, argv: Sequence[str]) -> bool:
        """Whether it ends with 0."""
        try:
            self.run(argv)
        except CommandFailed:
            return False
        return True

    def configure(self) -> None:
        """Podman's settings: limits that a container may have everywhere, and a runtime for both kinds of cgroups."""
        (self.folder / "containers.conf").write_text(
            "[containers]\n"
            'default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]\n'
            'log_driver = "k8s-file"\n'
            "[engine]\n"
            'runtime = "runc"\n'
            'cgroup_manager = "cgroupfs"\n'
            'events_logger = "file"\n'
        )

    def missing(self) -> str | None:
        """Why containers cannot be run here, in one line; None: they can. Installs Debian's packages where it may."""
        if os.geteuid() != 0:
            return "this is not root"
        if f"VERSION_CODENAME={SUITE}" not in _read(_OS_RELEASE) or shutil.which("apt-get") is None:
            return f"this is not Debian {SUITE}"
        installed = [name for name in PACKAGES if self.succeeds(["dpkg-query", "--show", name])]
        wanted = [name for name in PACKAGES if name not in installed]
        try:
            if wanted:
                self.run(["apt-get", "update", "-qq"])
                self.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *wanted], env=_QUIET)
        except CommandFailed as error:
            return f"Debian's packages cannot be had: {str(error).splitlines()[-1].strip()}"
        return None


_QUIET: Final = {"DEBIAN_FRONTEND": "noninteractive"}


def _read(file: Path) -> str:
    return file.read_text() if file.exists() else ""
