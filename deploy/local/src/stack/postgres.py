"""One embedded Postgres server: made, started, found ready, cleaned up after a kill -9.

The binaries are run directly. The wheel's own Python interface is not used: as root it adds an account and widens
folder permissions.
"""

import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from stack.accounts import Account, own_folder, running_as
from stack.launching import Command
from stack.ports import LOOPBACK
from stack.processes import working_in

DATABASE = "orders"
# Anybody who can reach the port is let in as the owner: right for loopback on a laptop, and nowhere else.
INITDB = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--encoding=UTF8",
          "--username=postgres", "--auth=trust", "--no-instructions")  # fmt: skip
SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "shared_buffers": "128MB",
    "max_connections": "200",
    "synchronous_commit": "on",
    "log_line_prefix": "%m [%p] ",
}
IN_MEMORY = {"fsync": "off", "full_page_writes": "off"}
# Nothing of the caller's environment: PGDATA, PGPORT and their like would all be obeyed.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
ORPHANS_GET = 10.0


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """`folder` is the data folder, `programs` holds initdb and postgres; without `durable` nothing is synced."""

    folder: Path
    port: int
    programs: Path
    account: Account | None
    durable: bool = True

    stop_signal = signal.SIGINT  # "fast": clients are cut off, data is written; SIGTERM would wait for clients

    @property
    def url(self) -> str:
        """The libpq URL of its one database, as its owner."""
        return url_on(self.port)

    def prepare(self) -> "PostgresServer":
        """Make the data folder if there is none and clear what a killed server left; returns who it is run as.

        Raises RuntimeError when initdb refuses, OSError when the folder is not ours to write.
        """
        if not (self.folder / "PG_VERSION").exists():
            self._create()
        account = own_folder(self.folder, self.account)
        self.clear_leftovers()
        return replace(self, account=account)

    def command(self) -> Command:
        """What starts it in the foreground."""
        settings = SETTINGS | {"port": str(self.port)} | ({} if self.durable else IN_MEMORY)
        argv = [str(self.programs / "postgres"), "-D", str(self.folder)]
        for name, value in settings.items():
            argv += ["-c", f"{name}={value}"]
        return Command(argv, ENVIRONMENT, self.folder, self.account)

    def probe(self) -> str | None:
        """None once its database answers (made the first time); else the reason why not, in one line."""
        return reach(self.url.removesuffix(DATABASE) + "postgres", self.folder)

    def clear_leftovers(self) -> None:
        """After a kill -9: wait for the backends that outlived their server, then drop its stale pid file.

        They hold the shared memory, and a new server refuses to start beside them. Those that do not go within ten
        seconds are killed: the new server recovers from its log as after any crash. A whole server that outlived
        whoever started it is stopped in order.
        """
        lock = self.folder / "postmaster.pid"
        server = lock.read_text().partition("\n")[0] if lock.exists() else ""
        orphans = list(working_in(self.folder, "postgres"))
        for process in orphans:
            if str(process.pid) == server:
                process.send(self.stop_signal)
        deadline = time.monotonic() + ORPHANS_GET
        while orphans:
            if not orphans[0].wait(max(0.1, deadline - time.monotonic())):
                orphans[0].send(signal.SIGKILL)
            orphans = list(working_in(self.folder, "postgres"))
        lock.unlink(missing_ok=True)

    def _create(self) -> None:
        """initdb into a scratch folder beside, then a rename: half a data folder is never taken for a whole one."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f"{self.folder.name}-new-", dir=self.folder.parent))
        scratch.rmdir()
        account = own_folder(scratch, self.account)
        try:
            done = subprocess.run(
                [str(self.programs / "initdb"), *INITDB, "-D", str(scratch), *([] if self.durable else ["--no-sync"])],
                env=ENVIRONMENT, cwd=scratch, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                start_new_session=True,
                **running_as(account),
            )  # fmt: skip
            if done.returncode != 0:
                raise RuntimeError(f"initdb: {done.stderr.strip().splitlines()[-1:] or done.returncode}")
            if self.folder.exists():
                self.folder.rmdir()
            scratch.rename(self.folder)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def url_on(port: int) -> str:
    """The URL of a server of ours on `port`, with all rights."""
    return f"postgresql://postgres@{LOOPBACK}:{port}/{DATABASE}"


def reach(url: str, folder: Path | None = None) -> str | None:
    """None if a Postgres answers at `url`; else the reason why not, in one line.

    One whose data lies in `folder` is ours: our database is made in it if it is not there.
    """
    import psycopg  # noqa: PLC0415 - slow to import, and most verbs ask no server

    try:
        with psycopg.connect(url, connect_timeout=2, autocommit=True) as link:
            home = link.execute("SHOW data_directory" if folder else "SELECT 1").fetchone()
            if folder is None:
                return None
            if home != (str(folder),):
                return "another server listens on its port"
            if link.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
                link.execute(f"CREATE DATABASE {DATABASE}")
    except psycopg.Error as error:
        return str(error).strip().partition("\n")[0] or type(error).__name__
    return None
