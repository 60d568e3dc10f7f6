"""A service in miniature behind a gateway: answers every request with who it is and what it was asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
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
