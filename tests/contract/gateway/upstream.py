"""A service in miniature behind a gateway: answers every request with who it is and what it was asked."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from threading import Thread
from typing import Any

from stack.ports import LOOPBACK


@contextmanager
def upstream(name: str) -> Iterator[str]:
    """Serves while the context lasts; the address, host:port."""

    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            size = int(self.headers.get("Content-Length", 0))
            self.rfile.read(size)
            self.send_response(200)
            self.send_header("Served-By", name)
            self.send_header("Was-Asked", f"{self.command} {self.path}")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing to say."""

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = answer  # noqa: N815 - their names

    with ThreadingHTTPServer((LOOPBACK, 0), Answers) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"{LOOPBACK}:{server.server_port}"
        finally:
            server.shutdown()


@contextmanager
def telling() -> Iterator[tuple[str, Callable[[str], None]]]:
    """One that answers with a stream of lines; its address, and what tells the next line. Ready for anything else."""
    lines: SimpleQueue[str | None] = SimpleQueue()

    class Tells(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Connection", "close")
            if self.path.endswith("/events"):
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                for line in iter(lines.get, None):
                    self.wfile.write(f"{line}\n".encode())
            else:
                self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing to say."""

    with ThreadingHTTPServer((LOOPBACK, 0), Tells) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"{LOOPBACK}:{server.server_port}", lines.put
        finally:
            lines.put(None)
            server.shutdown()
