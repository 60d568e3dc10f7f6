"""A fraud check to play with: it judges orders over HTTP as its dial says, or fails as that says.

`python -m stack.fraud_check PORT`. Its page, at /, turns the dial, and so does `PUT /dial` with `{"dial": "hang"}`.
"""

import json
import signal
import sys
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from stack.ports import LOOPBACK

DIALS: Final[Mapping[str, str]] = {
    "approve": "approve every order",
    "review": "hold every order for a review",
    "deny": "deny every order",
    "by-amount": "deny from 1,000.00 on, review from 100.00 on, approve what is less (in minor units: 100000, 10000)",
    "slow": "approve, after 0.7 seconds",
    "error": "answer 500",
    "lie": "answer 200 with a page",
    "hang": "take the question and never answer",
}
DENIED_FROM: Final = 100_000
REVIEWED_FROM: Final = 10_000
SLOW_SECONDS: Final = 0.7
LARGEST_QUESTION: Final = 1_000_000
PAGE: Final = """<!doctype html><meta charset="utf-8"><title>Fraud check</title>
<style>body{{font:16px sans-serif;max-width:40em;margin:3em auto}}button{{width:7em;margin:.2em 1em .2em 0}}</style>
<h1>Fraud check</h1><p>The dial is at <b>{dial}</b>. {asked} orders have been judged since the start.</p>{buttons}
<script>onclick=e=>e.target.value&&fetch("/dial",{{method:"PUT",body:JSON.stringify({{dial:e.target.value}})}})
.then(()=>location.reload())</script>
"""
BUTTON: Final = '<div><button value="{dial}">{dial}</button>{meaning}</div>'


class Dial:
    """Where it stands, and how often it was asked. Turned and read by many threads."""

    def __init__(self) -> None:
        self.at = "approve"
        self.asked = 0
        self._turned = threading.Event()

    def turn(self, to: str) -> None:
        """Whoever hangs at the dial as it was is let go. Raises KeyError for no such mark."""
        self.at = {dial: dial for dial in DIALS}[to]
        self._turned.set()
        self._turned = threading.Event()

    def wait(self, seconds: float | None) -> None:
        """Until so many seconds are over, or the dial is turned."""
        self._turned.wait(seconds)

    def verdict(self, total_cents: int) -> str:
        """On an order of so many minor units, as the dial stands."""
        match self.at:
            case "by-amount" if total_cents >= DENIED_FROM:
                return "deny"
            case "by-amount" if total_cents >= REVIEWED_FROM:
                return "review"
            case "review" | "deny":
                return self.at
            case _:
                return "approve"


class FraudCheck(BaseHTTPRequestHandler):
    """One question. The server has the `dial`."""

    protocol_version = "HTTP/1.1"
    server: "FraudServer"

    def do_GET(self) -> None:
        """The page, the dial, and what `stack status` asks for."""
        dial = self.server.dial
        match self.path:
            case "/":
                buttons = "".join(BUTTON.format(dial=name, meaning=meaning) for name, meaning in DIALS.items())
                self._answer(200, PAGE.format(dial=dial.at, asked=dial.asked, buttons=buttons), "text/html")
            case "/dial":
                self._tell(200, {"dial": dial.at, "dials": DIALS})
            case "/readyz":
                self._tell(200, {"status": "ready", "reasons": []})
            case "/status":
                self._tell(200, {"summary": f"dial at {dial.at}; {dial.asked} orders judged"})
            case _:
                self._tell(404, {"error": "there is /, /dial and /assess"})

    def do_PUT(self) -> None:
        """Turn the dial."""
        try:
            self.server.dial.turn(self._body()["dial"])
        except (ValueError, KeyError, TypeError):
            self._tell(422, {"error": f"the dial is one of {', '.join(DIALS)}"})
        else:
            self._tell(200, {"dial": self.server.dial.at})

    def do_POST(self) -> None:
        """Judge an order, or fail, as the dial says."""
        try:
            order = self._body()
            about = {"order_id": order["order_id"], "version": order["version"]}
            total = int(order["total_cents"])
        except (ValueError, KeyError, TypeError):
            self._tell(422, {"error": "an order has order_id, version and total_cents"})
            return
        dial = self.server.dial
        dial.asked += 1
        match dial.at:
            case "error":
                self._tell(500, {"error": "the dial says so"})
            case "lie":
                self._answer(200, "<h1>All is well</h1>", "text/html")
            case "hang":
                dial.wait(None)
                self.close_connection = True
            case at:
                dial.wait(SLOW_SECONDS if at == "slow" else 0)
                self._tell(200, about | {"verdict": dial.verdict(total)})

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name in the standard library
        """One line per request, with the dial."""
        print(f"dial at {self.server.dial.at}: {format % args}", flush=True)

    def _body(self) -> dict[str, Any]:
        length = int(self.headers.get("Content-Length", 0))
        if length > LARGEST_QUESTION:
            raise ValueError("too large")
        found = json.loads(self.rfile.read(length))
        if not isinstance(found, dict):
            raise TypeError("not an object")
        return found

    def _tell(self, status: int, document: Mapping[str, object]) -> None:
        self._answer(status, json.dumps(document), "application/json")

    def _answer(self, status: int, text: str, kind: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class FraudServer(ThreadingHTTPServer):
    """Listens on loopback. A thread that hangs does not hold up the end."""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__((LOOPBACK, port), FraudCheck)
        self.dial = Dial()


def main() -> None:
    """Serve on the port of the command line until SIGTERM or SIGINT."""
    server = FraudServer(int(sys.argv[1]))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever(poll_interval=0.1)
    server.server_close()


if __name__ == "__main__":
    main()
