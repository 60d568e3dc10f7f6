"""`stack demo`: shop, follow, count. The exit code says whether both sides agree in the end."""

import asyncio
import random
import time
from collections.abc import Mapping
from typing import Final

import httpx
from redis.asyncio import Redis
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Column, Table

from stack.demo.counts import Counts, visible, written
from stack.demo.follow import Trace, follow_one
from stack.demo.shop import CATALOGUE, Shop, Unexpected

ORDERS: Final = 300
CLIENTS: Final = 16
AGREE_WITHIN: Final = 10.0
"""Seconds for the read side to have all that was written."""


def demo(urls: Mapping[str, str], console: Console) -> int:
    """Run against the parts at `urls` (by name, as `stack status` knows them). Answers the exit code."""
    try:
        return asyncio.run(_demo(urls, console))
    except (Unexpected, httpx.HTTPError) as error:
        console.print(f"[red]{type(error).__name__}: {error}")
        return 1


async def _demo(urls: Mapping[str, str], console: Console) -> int:
    async with (
        httpx.AsyncClient(base_url=f"{urls['command-api']}/api/v1", timeout=30) as commands,
        httpx.AsyncClient(base_url=f"{urls['query-api']}/api/v1", timeout=30) as queries,
        Redis.from_url(urls["redis"]) as redis,
    ):
        shop = Shop(commands)
        await shop.open()
        console.print(f"{len(CATALOGUE)} products listed, with stock")
        seconds = await _drive(shop, console)
        console.print(f"{shop.taken} commands taken in {seconds:.1f} s, every one of them a transaction and an event")
        _show_trace(await follow_one(shop, queries, urls["write-db"], redis), console)
    return _compare(urls, console)


async def _drive(shop: Shop, console: Console) -> float:
    dice = random.Random(2024)  # noqa: S311 - the same orders each time
    started = time.perf_counter()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("orders through their lives", total=ORDERS)
        lives = iter(range(ORDERS))

        async def client() -> None:
            for _ in lives:
                await shop.live(dice)
                progress.advance(task)

        async with asyncio.TaskGroup() as clients:
            for _ in range(CLIENTS):
                clients.create_task(client())
    return time.perf_counter() - started


def _show_trace(trace: Trace, console: Console) -> None:
    table = Table("process", Column("what it did", overflow="fold"), "its number", title=f"Order {trace.order_id}")
    table.add_row("command-api", "accepted the confirmation", f"version {trace.version}")
    table.add_row("", f"and wrote event {trace.event_id}", f"partition {trace.partition}")
    table.add_row("outbox-relay", f"published it, {trace.published_bytes:,} bytes", f"sequence {trace.sequence}")
    table.add_row("projector", f"applied it; the history has {trace.history} rows", f"checkpoint >= {trace.sequence}")
    table.add_row("query-api", f"answered {trace.status}", f"{trace.visible_after:.1f} ms after acceptance")
    console.print(table)


def _compare(urls: Mapping[str, str], console: Console) -> int:
    deadline = time.monotonic() + AGREE_WITHIN
    here, there = written(urls["write-db"]), visible(urls["read-db"])
    while here != there and time.monotonic() < deadline:
        here, there = written(urls["write-db"]), visible(urls["read-db"])
    _show_counts(here, there, console)
    if here == there:
        console.print("[green]Both sides agree.")
        return 0
    console.print("[red]The two sides do not agree.")
    return 1


def _show_counts(here: Counts, there: Counts, console: Console) -> None:
    table = Table("status", "orders written", "orders visible", "cents written", "cents visible")
    for status in sorted({*here, *there}):
        orders, cents = here.get(status, (0, 0))
        orders_there, cents_there = there.get(status, (0, 0))
        table.add_row(status, f"{orders:,}", f"{orders_there:,}", f"{cents:,}", f"{cents_there:,}")
    console.print(table)
