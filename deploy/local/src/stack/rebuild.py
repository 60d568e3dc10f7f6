"""`stack rebuild`: all read models made anew from the log, beside those that are answered from, and switched to."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from stack.control import ask
from stack.failures import StackError
from stack.verbs import ANSWER_WITHIN, RESTART_WITHIN, running, urls

_LOOK_AGAIN: Final = 0.2
_SILENT_WITHIN: Final = 60.0
"""Seconds without any progress after which a rebuild is given up."""
_SWITCHED_WITHIN: Final = 60


class _Rebuild:
    """One rebuild of the stack that runs in `project`."""

    def __init__(self, project: Path, console: Console) -> None:
        self._socket = running(project).socket
        self._urls = urls(project)
        self._console = console

    def generation(self, *words: str) -> Any:
        """What a verb of `query-api generation` answers. Raises StackError with its one line."""
        return json.loads(self._run("query_api", "generation", *words, "--json", DATABASE_URL=self._urls["read-db"]))

    def forget(self, name: str) -> None:
        """Streams are no longer kept for that generation. Where it cannot be done, that is said."""
        servers = {"DATABASE_URL": self._urls["read-db"], "REDIS_URL": self._urls["redis"]}
        try:
            self.say(self._run("projector", "forget", name, **servers).strip())
        except StackError as error:
            self.say(error.message)

    @staticmethod
    def _run(module: str, *words: str, **settings: str) -> str:
        command = [sys.executable, "-P", "-m", module, *words]
        own = {f"{module.upper()}_{name}": value for name, value in {"LOG_LEVEL": "error", **settings}.items()}
        done = subprocess.run(command, env=os.environ | own, capture_output=True, text=True, check=False)
        if not done.stdout:
            raise StackError(done.stderr.strip() or f"{module.replace('_', '-')} {' '.join(words)} failed")
        return done.stdout

    @contextmanager
    def projector(self, name: str) -> Iterator[str]:
        """A projector of that generation beside the others; its address. Stopped in the end."""
        part = ask(self._socket, {"verb": "join", "generation": name}, RESTART_WITHIN)["name"]
        try:
            parts = ask(self._socket, {"verb": "status"}, ANSWER_WITHIN)["parts"]
            yield next(each["url"] for each in parts if each["name"] == part)
        finally:
            ask(self._socket, {"verb": "leave", "generation": name}, RESTART_WITHIN)

    def restart_projectors(self) -> None:
        """They take up the generation that is live now."""
        for name in self._urls:
            if name == "projector" or name.startswith("projector-"):
                ask(self._socket, {"verb": "restart", "name": name}, RESTART_WITHIN)

    def say(self, line: str) -> None:
        self._console.print(line, highlight=False, markup=False)


def rebuild(project: Path, console: Console, *, keep: bool) -> None:
    """Make a generation, fill it, index it, compare it, let it be answered from. The old one is dropped unless `keep`.

    Clients are answered meanwhile. Raises StackError; nothing has changed for them then.
    """
    work = _Rebuild(project, console)
    name = work.generation("create")["name"]
    try:
        with work.projector(name) as url:
            work.say(f"{name}: a projector reads the log from its first event on")
            follow(url, console)
            built = work.generation("index", name)["built"]
            work.say(f"{name}: {len(built)} indexes built")
            _compared(work, name)
            previous = work.generation("promote", name, "--wait", str(_SWITCHED_WITHIN))["previous"]
            work.say(f"{name}: live; before it was {previous}")
            work.restart_projectors()
    except (StackError, KeyboardInterrupt):
        _give_up(work, name)
        raise
    if not keep:
        work.generation("drop", previous)
        work.say(f"{previous}: dropped")
    # Also of one that is kept: nobody goes on with it.
    work.forget(previous)


def follow(url: str, console: Console) -> None:
    """Until the projector at `url` has applied all that is published, with a bar. Raises StackError if it does not."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bar, httpx.Client(trust_env=False) as client:
        task = bar.add_task("events of the log", total=None)
        applied, moved_at = -1, time.monotonic()
        while True:
            try:
                # None are known before the projector has heard how far they go.
                partitions = client.get(f"{url}/status").json()["partitions"]
            except httpx.HTTPError as error:
                raise StackError(f"the new projector does not answer: {error}") from error
            reached, head = (sum(one[what] for one in partitions) for what in ("sequence", "head"))
            bar.update(task, completed=reached, total=max(head, reached) or None)
            if partitions and reached >= head:
                return
            if reached > applied:
                applied, moved_at = reached, time.monotonic()
            if time.monotonic() - moved_at > _SILENT_WITHIN:
                raise StackError(f"the new projector does not go on: {url}/status says why")
            time.sleep(_LOOK_AGAIN)


def _compared(work: _Rebuild, name: str) -> None:
    """Raises StackError where the two differ."""
    compared = work.generation("compare", name)
    if differ := [one["read_model"] for one in compared if not one["same"]]:
        raise StackError(f"{name} is not what the live generation is: {', '.join(differ)} differ")
    rows = sum(one["live"]["rows"] for one in compared)
    work.say(f"{name}: equal to the live one in all {rows:,} rows")


def _give_up(work: _Rebuild, name: str) -> None:
    """What was made is of no use. One that is live already cannot be dropped, and stays."""
    try:
        work.generation("drop", name)
    except StackError as error:
        work.say(error.message)
    else:
        work.forget(name)
