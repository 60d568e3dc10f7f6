"""A Redis that refuses, forgets, or comes back with less than it had: the relay goes on by itself."""

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from psycopg import AsyncConnection
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from outbox_relay.adapters import redis_stream
from outbox_relay.adapters.redis_members import RedisMembers
from outbox_relay.adapters.redis_stream import RedisStream
from outbox_relay.application.ports import StreamUnavailable
from stack.engines import RunningEngine, start_valkey
from stack.ports import choose_port
from tests.fakes.relay_observer import InMemoryObserver
from tests.integration.outbox_relay.checking import logged, published, until
from tests.integration.outbox_relay.relays import Start, all_told, relays
from tests.integration.outbox_relay.writers import insert_many
from tests.suites.relay_outbox import name


class Traffic:
    """Events that go on being written."""

    def __init__(self, admin: AsyncConnection[Any]) -> None:
        self._admin = admin
        self._count = 0

    async def write(self, events: int = 80) -> None:
        """So many events, spread over the partitions."""
        first, self._count = self._count, self._count + events
        await insert_many(self._admin, [(number % 8, name(number)) for number in range(first, self._count)])


@pytest.fixture
def traffic(admin: AsyncConnection[Any]) -> Traffic:
    return Traffic(admin)


def failing(observer: InMemoryObserver, word: str) -> Any:
    """Whether the relay has failed three times for this reason."""

    async def look() -> bool:
        return sum(word in str(failure) for failure in observer.failures) >= 3

    return look


@pytest.mark.parametrize(
    ("refuse", "allow", "word"),
    [
        (("CONFIG", "SET", "maxmemory", "1"), ("CONFIG", "SET", "maxmemory", "0"), "maxmemory"),
        (("REPLICAOF", "127.0.0.1", "1"), ("REPLICAOF", "NO", "ONE"), "read only"),
    ],
    ids=["OOM", "READONLY"],
)
async def test_what_was_written_while_redis_refused_follows_by_itself(
    start: Start, traffic: Traffic, write_database_url: str, client: Redis,
    refuse: tuple[str, ...], allow: tuple[str, ...], word: str,
) -> None:  # fmt: skip
    url = f"redis://127.0.0.1:{client.connection_pool.connection_kwargs['port']}"
    observers = [start(), start()]
    await traffic.write()
    await until(lambda: all_told(write_database_url, url))
    await client.execute_command(*refuse)  # type: ignore[no-untyped-call]
    try:
        await traffic.write()
        for observer in observers:
            await until(failing(observer, word))
        await traffic.write()
    finally:
        await client.execute_command(*allow)  # type: ignore[no-untyped-call]
    await until(lambda: all_told(write_database_url, url))
    assert published(url) == logged(write_database_url)
    assert not any(observer.ever_stopped for observer in observers)


async def test_a_redis_that_cannot_save_is_waited_for(
    tmp_path: Path, traffic: Traffic, write_database_url: str
) -> None:
    with start_valkey(tmp_path, durable=False) as valkey:
        async with relays(write_database_url, valkey.url) as start, redis_stream.connect(valkey.url) as client:
            observer = start()
            await traffic.write()
            await until(lambda: all_told(write_database_url, valkey.url))
            await client.config_set("save", "3600 1")
            valkey.data.chmod(0o500)
            await client.bgsave()
            await traffic.write()
            await until(_refuses_to_save(client, traffic))
            await until(failing(observer, "MISCONF"))
            valkey.data.chmod(0o700)
            await client.config_set("stop-writes-on-bgsave-error", "no")
            await until(lambda: all_told(write_database_url, valkey.url))
        assert published(valkey.url) == logged(write_database_url)


def _refuses_to_save(client: Redis, traffic: Traffic) -> Any:
    async def look() -> bool:
        await traffic.write(8)
        found: dict[str, Any] = await client.info("persistence")
        return bool(found["rdb_last_bgsave_status"] != "ok")

    return look


async def test_a_failover_to_a_replica_that_lagged_behind_is_made_good(
    tmp_path: Path, traffic: Traffic, write_database_url: str
) -> None:
    valkey = start_valkey(tmp_path, durable=True)
    copy = tmp_path / "copy"
    try:
        async with relays(write_database_url, valkey.url) as start:
            observers = [start(), start()]
            await traffic.write()
            await until(lambda: all_told(write_database_url, valkey.url))
            _copy(valkey.data, copy)
            await traffic.write(400)
            await until(lambda: all_told(write_database_url, valkey.url))
            valkey = _come_back_with(copy, valkey, tmp_path)
            await traffic.write()
            await until(lambda: all_told(write_database_url, valkey.url))
        assert published(valkey.url) == logged(write_database_url)
        assert not any(observer.ever_stopped for observer in observers)
    finally:
        valkey.stop()


def _come_back_with(copy: Path, valkey: RunningEngine, folder: Path) -> RunningEngine:
    """The server again, with the files of an earlier moment."""
    valkey.process.kill()
    valkey.process.wait()
    shutil.rmtree(valkey.data)
    _copy(copy, valkey.data)
    return start_valkey(folder, durable=True, port=valkey.port)


def _copy(source: Path, target: Path) -> None:
    """With owners, which shutil leaves behind."""
    subprocess.run(["cp", "-a", source, target], check=True)


@asynccontextmanager
async def answering(line: bytes) -> AsyncIterator[Redis]:
    """A client of a server that says the same to every command."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while asked := await reader.read(65_536):
            writer.write(line * max(1, asked.count(b"EVALSHA")))
        writer.close()

    port = choose_port()
    async with await asyncio.start_server(serve, "127.0.0.1", port):
        client = Redis(port=port, protocol=2, retry=Retry(NoBackoff(), 0), driver_info=None)
        yield client
        await client.aclose()


async def test_a_redis_that_is_loading_is_unavailable() -> None:
    async with answering(b"-LOADING Redis is loading the dataset in memory\r\n") as client:
        with pytest.raises(StreamUnavailable, match="loading"):
            await RedisStream(client, 100).last(1, [0])
        with pytest.raises(StreamUnavailable, match="loading"):
            await RedisMembers(client, "a").beat()


async def test_a_members_list_in_a_redis_that_cannot_save_stays_as_it_was() -> None:
    async with answering(b"-MISCONF Errors writing to the AOF file\r\n") as client:
        assert await RedisMembers(client, "a").beat() == {"a"}


async def test_a_stream_without_its_last_entry_goes_on_under_the_right_numbers(
    start: Start, traffic: Traffic, write_database_url: str, redis_url: str, client: Redis
) -> None:
    observer = start()
    await traffic.write()
    await until(lambda: all_told(write_database_url, redis_url))
    await client.xdel("cqrs:events:1:3", "10-0")
    await traffic.write()
    await until(lambda: all_told(write_database_url, redis_url))
    log, streams = logged(write_database_url), published(redis_url)
    del log[3][9]
    assert streams == log
    assert observer.ever_stopped == []


async def test_readers_that_are_done_keep_the_streams_short_and_none_loses_what_it_has_not_read(
    traffic: Traffic, write_database_url: str, redis_url: str, client: Redis
) -> None:
    async with relays(write_database_url, redis_url, window=0) as start:
        start()
        await traffic.write(4_000)
        await until(lambda: all_told(write_database_url, redis_url))
        await client.xgroup_create("cqrs:events:1:0", "done", id="500-0")
        await client.xgroup_create("cqrs:events:1:0", "slow", id="250-0")
        await client.xgroup_create("cqrs:events:1:1", "done", id="500-0")

        async def trimmed() -> bool:
            return [len(stream) < 500 for stream in published(redis_url)[:3]] == [True, True, False]

        await until(trimmed)
        await traffic.write()
        await until(lambda: all_told(write_database_url, redis_url))
    slow, done, alone = published(redis_url)[:3]
    assert slow[0][0] <= 251
    assert done[-1][0] == slow[-1][0] == 510
    assert len(done) <= 110
    assert alone == logged(write_database_url)[2]
