"""Which account the engines run as, because Postgres refuses to run as root."""

import os
import pwd
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

CANDIDATES = ("postgres", "nobody", "daemon")


@dataclass(frozen=True, slots=True)
class Account:
    """An existing, unprivileged account of this machine."""

    uid: int
    gid: int

    @classmethod
    def owning(cls, path: Path) -> Self:
        """The account that `path` belongs to. Raises OSError if it is not there."""
        found = path.stat()
        return cls(uid=found.st_uid, gid=found.st_gid)


def engine_account() -> Account | None:
    """The account for engines when we are root; None when we are not and they run as ourselves.

    No account is ever created. Raises LookupError when root has none of the usual ones to borrow.
    """
    if os.geteuid() != 0:
        return None
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(uid=entry.pw_uid, gid=entry.pw_gid)
    raise LookupError(f"running as root, and there is no account to run Postgres as: none of {', '.join(CANDIDATES)}")


def running_as(account: Account | None) -> dict[str, Any]:
    """The arguments with which subprocess starts a program as `account`; none for ourselves."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def may(account: Account, test: str, path: Path) -> bool:
    """Ask the kernel, as `account`, whether it may do with `path` what `test` says ('cd', 'test -x', ...)."""
    answer = subprocess.run(
        ["/bin/sh", "-c", f'{test} "$1"', "sh", str(path)],
        **running_as(account),
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return answer.returncode == 0


def own_folder(folder: Path, account: Account | None) -> Account | None:
    """Make `folder` (mode 0700) for an engine and return the account to run it as.

    A folder that is there already is left as it is: its owner is the one who may run on it.
    """
    if not folder.exists():
        folder.mkdir(mode=0o700, parents=True)
        if account is not None:
            os.chown(folder, account.uid, account.gid)
        return account
    return Account.owning(folder) if account is not None else None


def make_private(folder: Path, mode: int) -> Path:
    """Make or check a folder in a place where everybody may write: it must be ours, and only ours to change.

    Raises PermissionError when it is not: somebody may have laid it there for us to trust.
    """
    folder.mkdir(mode=mode, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise PermissionError(f"{folder} is not ours alone: remove it")
    folder.chmod(mode)
    return folder
