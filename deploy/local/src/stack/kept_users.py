"""Users of an engine whose passwords this stack makes, and keeps beside its data."""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from stack.accounts import Account

PASSWORD_BYTES: Final = 24
PRIVATE: Final = 0o600
HIDDEN: Final = "***"


class User(NamedTuple):
    """Who logs in, and with what."""

    name: str
    password: str


def new_user(name: str) -> User:
    """A user with a password that nobody can guess, and that needs no quoting anywhere."""
    return User(name, secrets.token_urlsafe(PASSWORD_BYTES))


def known(file: Path) -> dict[str, User]:
    """The users in `file`; none if it is not there."""
    if not file.exists():
        return {}
    return {key: User(*user) for key, user in json.loads(file.read_text()).items()}


def keep(file: Path, users: Mapping[str, User]) -> None:
    """Write what `known` reads."""
    write_private(file, json.dumps(users))


def write_private(file: Path, text: str, owner: Account | None = None) -> None:
    """Never readable for anybody but `owner` (None: us), not even for a moment, and never half written."""
    draft = file.with_name(f"{file.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "w") as out:
        out.write(text)
        if owner is not None:
            os.fchown(out.fileno(), owner.uid, owner.gid)
    draft.rename(file)


def as_user(url: str, user: User) -> str:
    """The URL with another user and password, wherever it had them."""
    parts = urlsplit(url)
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in {"user", "password"}]
    address = parts.netloc.rpartition("@")[2]
    netloc = f"{quote(user.name, safe='')}:{quote(user.password, safe='')}@{address}"
    return urlunsplit(parts._replace(netloc=netloc, query=urlencode(query, quote_via=quote)))


def without_password(url: str) -> str:
    """The URL for logs."""
    parts = urlsplit(url)
    who, at, address = parts.netloc.rpartition("@")
    name, colon, _ = who.partition(":")
    return urlunsplit(parts._replace(netloc=f"{name}:{HIDDEN}@{address}")) if at and colon else url
