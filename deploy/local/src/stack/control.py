"""The supervisor's unix socket: one JSON object a line for a request, one for its answer.

The socket lies in a folder that only its owner may enter, so who can talk to it is who could signal the processes.
"""

import asyncio
import json
import shutil
import socket
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from stack.failures import StackError

LONGEST_PATH = 100  # bytes that every platform has room for in a socket's address
CONNECT_WITHIN = 5.0
LAST_ANSWERS = 2.0
Handler = Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]


def make_socket_path() -> Path:
    """A short path in a private folder of its own. Raises OSError when no temporary folder can be written."""
    folder = Path(tempfile.mkdtemp(prefix="stack-"))
    if len(str(folder / "s").encode()) > LONGEST_PATH:
        folder.rmdir()
        folder = Path(tempfile.mkdtemp(prefix="stack-", dir="/tmp"))
    return folder / "s"


class Desk:
    """Where the supervisor answers: requests go to `handle`, a StackError that it raises goes back as a refusal."""

    def __init__(self, path: Path, handle: Handler) -> None:
        self.path = path
        self._handle = handle
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    @classmethod
    async def open(cls, path: Path, handle: Handler) -> Self:
        """Begin to answer at `path`. Raises OSError when there is no listening there."""
        desk = cls(path, handle)
        desk._server = await asyncio.start_unix_server(desk._accept, path)
        return desk

    async def close(self) -> None:
        """Take no more requests, let those at hand have their answers, remove the socket."""
        if self._server is not None:
            self._server.close()
        if self._open:
            await asyncio.wait(self._open, timeout=LAST_ANSWERS)
        shutil.rmtree(self.path.parent, ignore_errors=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):  # a verb that was interrupted hears no answer
            answer = await _answer(await reader.readline(), self._handle)
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()
            writer.close()
            await writer.wait_closed()


async def _answer(line: bytes, handle: Handler) -> dict[str, Any]:
    try:
        return {"ok": True} | await handle(json.loads(line))
    except StackError as error:
        return {"ok": False, "message": error.message, "code": error.code}
    except ValueError as error:
        return {"ok": False, "message": f"not a request: {error}", "code": 2}


def ask(path: Path, request: Mapping[str, Any], within: float) -> dict[str, Any]:
    """Send a request and wait up to `within` seconds for its answer.

    Raises StackError with the supervisor's words if it refuses, or if it cannot be talked to.
    """
    try:
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(CONNECT_WITHIN)
            link.connect(str(path))
            link.settimeout(within)
            link.sendall(json.dumps(dict(request)).encode() + b"\n")
            with link.makefile("rb") as file:
                line = file.readline()
    except OSError as error:
        raise StackError(f"the running stack cannot be asked: {error}") from error
    if not line:
        raise StackError("the running stack ended before it answered")
    answer: dict[str, Any] = json.loads(line)
    if not answer["ok"]:
        raise StackError(answer["message"], answer["code"])
    return answer
