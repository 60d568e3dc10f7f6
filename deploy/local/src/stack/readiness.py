"""Asking a service over HTTP: whether it is ready, as a load balancer would, and what it is doing."""

import ssl
from functools import cache
from textwrap import shorten
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

PATIENCE = 2.0
LONGEST_SUMMARY = 200


def ask_ready(url: str) -> str | None:
    """None if `url`/readyz answers 200; else the reason why not, in one line (its own reasons where it gives any)."""
    import httpx  # noqa: PLC0415 - slow to import, and most verbs ask no server

    try:
        answer = _client().get(f"{url}/readyz")
    except httpx.HTTPError as error:
        return str(error) or type(error).__name__
    if answer.status_code == httpx.codes.OK:
        return None
    return f"HTTP {answer.status_code}{_reasons(answer)}"


def ask_summary(url: str) -> str:
    """What the service at `url` says in one line of its /status; empty when it has nothing to say, or no such page."""
    import httpx  # noqa: PLC0415 - slow to import, and most verbs ask no server

    try:
        summary = _client().get(f"{url}/status").raise_for_status().json()["summary"]
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return ""
    return shorten(summary, LONGEST_SUMMARY) if isinstance(summary, str) else ""


def _reasons(answer: "httpx.Response") -> str:
    try:
        reasons = answer.json()["reasons"]
        return ": " + ", ".join(str(reason) for reason in reasons) if reasons else ""
    except (ValueError, KeyError, TypeError):
        return ""


@cache
def _client() -> "httpx.Client":
    """No proxy of the environment stands between us and loopback, and no idle connection delays a shutdown.

    Loopback speaks plain HTTP; loading the machine's certificates would take longer than the question.
    """
    import httpx  # noqa: PLC0415 - slow to import, and most verbs ask no server

    limits, nobody = httpx.Limits(max_keepalive_connections=0), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx.Client(trust_env=False, timeout=PATIENCE, limits=limits, verify=nobody)
