"""The outside systems of one process: one client for all of them, open as long as the process serves."""

import ssl
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final

import httpx

from command_api.adapters.http.fraud_check import HttpFraudCheck, WhenDown
from command_api.adapters.http.inventory import HttpInventory
from command_api.adapters.http.inventory_call import InventoryCall
from command_api.adapters.http.outside_service import OutsideService
from command_api.adapters.http.sweep import Sweep
from command_api.adapters.postgres.intents import PostgresIntents
from command_api.adapters.postgres.pool import Database
from command_api.application.outside_watch import Watching, unwatched

_NO_COOKIES: Final = DefaultCookiePolicy(allowed_domains=[])
_LEASE: Final = 2.0
"""How many times as long as a call may take nobody else makes it."""


class OutsideSystems:
    """Makes the adapters. `sweeps` has what is to be done again and again while the process serves."""

    def __init__(self, watching: Watching = unwatched, *, proxy_from_environment: bool = False) -> None:
        """Opens nothing yet. `watching` is told of every question."""
        self._watching = watching
        self._client = httpx.AsyncClient(
            verify=_verification(),
            trust_env=proxy_from_environment,
            follow_redirects=False,
            timeout=None,  # noqa: S113 - each attempt has its time, which also counts what comes in drops
            cookies=CookieJar(_NO_COOKIES),
        )
        self.sweeps: list[Sweep] = []

    def fraud_check(self, url: str, timeout_seconds: float, when_down: WhenDown) -> HttpFraudCheck:
        """The fraud check at `url`."""
        return HttpFraudCheck(self._service("fraud_check", url, timeout_seconds), when_down)

    def inventory(self, url: str, timeout_seconds: float, database: Database) -> HttpInventory:
        """The inventory at `url`. What it is to do is listed in the write database, and has to be swept."""
        service = self._service("inventory", url, timeout_seconds)
        call, intents = InventoryCall(service), PostgresIntents(database)
        self.sweeps.append(Sweep(call, intents, lease_seconds=_LEASE * timeout_seconds))
        return HttpInventory(call, intents)

    async def close(self) -> None:
        """Nobody is asked any more."""
        await self._client.aclose()

    def _service(self, name: str, url: str, timeout_seconds: float) -> OutsideService:
        return OutsideService(name, url, self._client, timeout_seconds=timeout_seconds, watching=self._watching)


def _verification() -> ssl.SSLContext:
    """The authorities that SSL_CERT_FILE or SSL_CERT_DIR name, else the usual ones."""
    return httpx.create_ssl_context(trust_env=True)
