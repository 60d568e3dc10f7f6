"""The figures that the four services really export: their own metric classes, filled once, read over /metrics."""

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Final, NamedTuple
from uuid import uuid4

import httpx
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families
from starlette.types import ASGIApp

import command_api.composition
import command_api.settings
import outbox_relay.entrypoints.probes
import projector.entrypoints.probes
import query_api.composition
import query_api.settings
from orders_contracts.codec import decode_event
from orders_contracts.consistency import ConsistencyToken, encode_token
from orders_contracts.replay import ReplayRequest, reply_stream
from outbox_relay.adapters.replay_telemetry import ReplayTelemetry
from outbox_relay.adapters.telemetry import Telemetry as RelayTelemetry
from outbox_relay.application.ports import Last, OutboxUnfit, Span
from projector.adapters.telemetry import Telemetry as ProjectorTelemetry
from tests.contract.events.goldens import TYPES, golden
from tests.fakes.projector_ports import FixedClock

Labels = dict[str, frozenset[str]]
"""The labels that each sample carries, by the sample's name."""

_NOWHERE: Final = "postgresql://nobody@127.0.0.1:1/nothing"
_OUTSIDE: Final = "http://127.0.0.1:1/nothing"
_ORDER: Final = str(uuid4())


class Page(NamedTuple):
    """One service's /metrics: its samples, the values seen of each label, and the families without any sample."""

    samples: Labels
    values: dict[str, frozenset[str]]
    silent: list[str]


def read(text: str) -> Page:
    """A page of the text format."""
    samples: Labels = {}
    values: dict[str, frozenset[str]] = {}
    silent = []
    for family in text_string_to_metric_families(text):
        if not family.samples:
            silent.append(family.name)
        for sample in family.samples:
            samples[sample.name] = samples.get(sample.name, frozenset()) | sample.labels.keys()
            for label, value in sample.labels.items():
                values[label] = values.get(label, frozenset()) | {value}
    return Page(samples, values, silent)


async def pages() -> dict[str, Page]:
    """Every service's page, by its name."""
    command, query = await asyncio.gather(_command_api(), _query_api())
    relay = await _worker(outbox_relay.entrypoints.probes.probes_app, _relay)
    reader = await _worker(projector.entrypoints.probes.probes_app, _projector)
    return {"command-api": command, "query-api": query, "outbox-relay": relay, "projector": reader}


async def _page(app: ASGIApp, *requests: httpx.Request) -> Page:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as client:
        await asyncio.gather(*(client.send(request) for request in requests))
        return read((await client.get("/metrics")).text)


async def _command_api() -> Page:
    """Without its database: what it answers is 503, and counted."""
    settings = command_api.settings.Settings(
        database_url=_NOWHERE, pool_wait_seconds=0.05, fraud_check_url=_OUTSIDE, inventory_url=_OUTSIDE
    )
    app = command_api.composition.application(settings)
    async with app.router.lifespan_context(app):
        return await _page(app, httpx.Request("POST", "http://service/api/v1/orders", json={"customer_id": _ORDER}))


async def _query_api() -> Page:
    parts = query_api.composition.build(query_api.settings.Settings(database_url=_NOWHERE, page_token_secret="s" * 32))
    token = encode_token(ConsistencyToken("order", _ORDER, 1))
    await parts.database.open()
    try:
        return await _page(
            parts.app,
            httpx.Request("GET", f"http://service/api/v1/orders/{_ORDER}"),
            httpx.Request("GET", f"http://service/queries/orders/{_ORDER}", headers={"Consistency-Token": token}),
        )
    finally:
        await parts.database.close()


async def _worker(probes: Callable[..., ASGIApp], fill: Callable[[CollectorRegistry], None]) -> Page:
    async def readiness() -> list[str]:
        return []

    registry = CollectorRegistry()
    fill(registry)
    return await _page(probes(readiness, dict, registry))


def _relay(registry: CollectorRegistry) -> None:
    """Everything happens once."""
    telemetry, replays = RelayTelemetry(registry, monotonic), ReplayTelemetry(registry)
    telemetry.ticked(1)
    telemetry.published([Span(0, 1, 2)])
    telemetry.refused(0, Last("3-0", "another"))
    telemetry.stopped(0, "a person must look")
    telemetry.failed(OutboxUnfit("another cluster"))
    request = ReplayRequest(
        projection="g1", partition=0, epoch=1, first=1, count=2, reply_to=reply_stream("g1", 0, "one")
    )
    replays.replayed(request, 2, 0.1)
    replays.unreadable("no JSON")


def _projector(registry: CollectorRegistry) -> None:
    telemetry = ProjectorTelemetry(FixedClock(), registry)
    event = decode_event(golden(TYPES[0]))
    telemetry.applied([event], [event], {0: 1}, 0.01)
    telemetry.progress(0, 1, 2, 0)
    telemetry.waiting(0, "event 2 is not in the stream")
    telemetry.stopped(0, "the log was changed")
