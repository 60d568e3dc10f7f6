"""A service in miniature: answers /readyz and /status on the port that its environment names, and 0 to SIGTERM."""

import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Probe(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/status":
            self.tell_status()
        else:
            self.tell_ready()

    def tell_status(self) -> None:
        said = Path(os.environ["FAKE_STATUS"])
        self.send_response(200 if said.exists() else 404)
        self.end_headers()
        self.wfile.write(said.read_bytes() if said.exists() else b"")

    def tell_ready(self) -> None:
        ready = not Path(os.environ["FAKE_UNREADY"]).exists()
        self.send_response(200 if ready else 503)
        self.end_headers()
        self.wfile.write(b'{"status": "ready"}' if ready else b'{"status": "unready", "reasons": ["told so"]}')


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    print(f"listening on {os.environ['FAKE_PORT']}", file=sys.stderr)
    ThreadingHTTPServer(("127.0.0.1", int(os.environ["FAKE_PORT"])), Probe).serve_forever()
