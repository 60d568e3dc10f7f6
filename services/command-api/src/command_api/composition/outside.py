"""The systems outside: who is asked beside the write database."""

import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Final

from command_api.adapters.in_house import IN_HOUSE
from command_api.adapters.postgres.pool import Database
from command_api.application.outside import Outside
from command_api.application.outside_watch import Watching
from command_api.entrypoints.recurring import Recurring
from command_api.settings import Settings

if TYPE_CHECKING:
    from command_api.adapters.http.systems import OutsideSystems

_TELL_SECONDS: Final = 1.0
"""Between two looks for what an inventory elsewhere has to be told."""


def outside_systems(
    settings: Settings, write_database: Database, watching: Watching
) -> tuple[contextlib.AbstractAsyncContextManager[object], Outside]:
    """Who is asked beside the write database, and what has to be open meanwhile."""
    if settings.fraud_check_url is None and settings.inventory_url is None:
        return contextlib.nullcontext(), IN_HOUSE
    from command_api.adapters.http.systems import OutsideSystems  # noqa: PLC0415 - most do without, and start faster

    systems = OutsideSystems(watching, proxy_from_environment=settings.outside_proxy_from_environment)
    fraud_check, inventory = IN_HOUSE
    if settings.fraud_check_url is not None:
        fraud_check = systems.fraud_check(
            settings.fraud_check_url, settings.fraud_check_timeout_seconds, settings.fraud_check_when_down
        )
    if settings.inventory_url is not None:
        inventory = systems.inventory(settings.inventory_url, settings.inventory_timeout_seconds, write_database)
    return _opened(systems), Outside(fraud_check, inventory)


@contextlib.asynccontextmanager
async def _opened(systems: "OutsideSystems") -> AsyncIterator[None]:
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(systems.close)
        for sweep in systems.sweeps:
            telling = Recurring("tell the inventory", sweep, seconds=_TELL_SECONDS)
            await stack.enter_async_context(telling.running())
        yield
