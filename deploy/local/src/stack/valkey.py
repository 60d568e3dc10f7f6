"""One embedded Valkey server, which speaks Redis; its append-only file keeps the streams over a restart."""

import signal
from dataclasses import dataclass, replace
from pathlib import Path

from stack.accounts import Account, own_folder
from stack.kept_users import write_private
from stack.launching import Command
from stack.ports import LOOPBACK
from stack.redis_users import ADMIN, RedisUsers

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True, slots=True)
class ValkeyServer:
    """`folder` is the data folder, `program` the server; without `durable` it keeps no file.

    Without `users` everybody may do everything.
    """

    folder: Path
    port: int
    program: Path
    account: Account | None
    durable: bool = True
    users: RedisUsers | None = None

    stop_signal = signal.SIGTERM

    @property
    def url(self) -> str:
        """The Redis URL, with all rights."""
        url = url_on(self.port)
        return url if self.users is None else self.users.url(url, ADMIN)

    def prepare(self) -> "ValkeyServer":
        """Make the data folder if there is none, with the users' rights in it; returns who it is run as."""
        account = own_folder(self.folder, self.account)
        if self.users is not None:
            write_private(self._rules, self.users.rules(), account)
        return replace(self, account=account)

    def command(self) -> Command:
        """What starts it in the foreground. It never evicts: an entry of a stream that vanishes is an order lost."""
        settings = {
            "port": str(self.port),
            "bind": LOOPBACK,
            "dir": str(self.folder),
            "appendonly": "yes" if self.durable else "no",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        if self.users is not None:
            settings["aclfile"] = str(self._rules)
        argv = [str(self.program)]
        for name, value in settings.items():
            argv += [f"--{name}", value]
        return Command(argv, ENVIRONMENT, self.folder, self.account)

    @property
    def _rules(self) -> Path:
        return self.folder / "users.acl"

    def probe(self) -> str | None:
        """None once it answers and has read its file; else the reason why not, in one line."""
        return reach(self.url, self.folder)


def url_on(port: int) -> str:
    """The URL of a server of ours on `port`, with all rights."""
    return f"redis://{LOOPBACK}:{port}/0"


def reach(url: str, folder: Path | None = None) -> str | None:
    """None if a server answers at `url` (and keeps its data in `folder`); else the reason why not, in one line."""
    import redis  # noqa: PLC0415 - slow to import, and most verbs ask no server

    client = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2, retry=None)
    try:
        client.ping()
        if folder is not None and Path(str(client.config_get("dir")["dir"])) != folder.resolve():
            return "another server listens on its port"
    except redis.RedisError as error:
        return str(error) or type(error).__name__
    finally:
        client.close()
    return None
