"""The page that shows how another service joins: its code runs, against the real log, and keeps the log's promises."""

import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Final

import pytest
import redis

from orders_contracts.replay import REPLAY_REQUESTS, ReplayRequest, decode_request
from orders_contracts.streams import entry_id, events_stream
from outbox_relay.adapters.renumbering import new_epoch
from stack.engines import start_valkey
from tests.architecture.tree import ROOT
from tests.contract.link.fifth_service import PAGE, code, confirm_orders, dying_before, lines_of_code, notifier
from tests.integration.outbox_relay.checking import PARTITIONS, logged, newest_heads, until
from tests.integration.outbox_relay.processes import Process, running
from tests.integration.outbox_relay.relays import all_told

RUFF: Final = (sys.executable, "-m", "ruff")
CONFIGURED: Final = ("--no-cache", "--config", str(ROOT / "pyproject.toml"))


@pytest.fixture
async def relay(tmp_path: Path, write_database_url: str, redis_url: str) -> AsyncIterator[Process]:
    """A relay as a process, carrying the log to Redis."""
    with running(tmp_path / "relay.log", DATABASE_URL=write_database_url, REDIS_URL=redis_url) as relay:
        await until(relay.is_ready)
        yield relay


@pytest.fixture
def client(redis_url: str) -> Iterator[redis.Redis]:
    """For whatever a test wants to look at or break."""
    with redis.Redis.from_url(redis_url) as client:
        yield client


@pytest.mark.usefixtures("relay")
async def test_it_tells_of_each_confirmed_order_once_from_the_first_event_on_and_then_live(
    tmp_path: Path, write_database_url: str, redis_url: str, client: redis.Redis
) -> None:
    events = confirm_orders(write_database_url, 100)
    with notifier(tmp_path, redis_url) as one:
        await one.until_told(events)
        events |= confirm_orders(write_database_url, 50)
        await one.until_told(events)
        assert set(one.told().values()) == {1}
        log = logged(write_database_url)

        async def bookmarked() -> bool:
            groups: Any = [client.xinfo_groups(events_stream(1, partition)) for partition in range(PARTITIONS)]
            shown = [[group[field] for field in ("name", "last-delivered-id", "entries-read")] for (group,) in groups]
            return shown == [[b"notifier", entry_id(len(stream)).encode(), len(stream)] for stream in log]

        await until(bookmarked)


@pytest.mark.usefixtures("relay")
async def test_killed_at_the_worst_moments_it_goes_on_without_loss_and_nothing_is_noted_twice(
    tmp_path: Path, write_database_url: str, redis_url: str
) -> None:
    deaths = [
        'database.executemany("INSERT OR IGNORE INTO notice',  # the checkpoint is moved, the notices are not written
        "bookmark = ",  # both are committed, and nobody was shown
        'with database:\n            database.execute("UPDATE notice',  # it is told, and not yet known to be
    ]
    events = confirm_orders(write_database_url, 100)
    with notifier(tmp_path, redis_url, deaths) as one:
        for _ in deaths:
            assert await one.until_dead() == (-signal.SIGKILL, "")
            one.start_again()
        await one.until_told(events)
        assert one.told().total() == len(events) + 1

        async def known_to_be_told() -> bool:
            return one.rows("SELECT count(*), sum(told) FROM notice") == [(len(events), len(events))]

        await until(known_to_be_told)
        stands = one.rows("SELECT partition, sequence, event_id FROM checkpoint ORDER BY partition")
        assert stands == [(number, *stream[-1][:2]) for number, stream in enumerate(logged(write_database_url))]


async def test_what_redis_has_lost_comes_back_and_what_comes_twice_does_no_harm(
    tmp_path: Path, write_database_url: str
) -> None:
    events = confirm_orders(write_database_url, 100)
    valkey = start_valkey(tmp_path / "engine", durable=False)
    try:
        with running(tmp_path / "relay.log", DATABASE_URL=write_database_url, REDIS_URL=valkey.url):
            await until(lambda: all_told(write_database_url, valkey.url))
            with redis.Redis.from_url(valkey.url) as client:
                for partition, stream in enumerate(logged(write_database_url)):
                    lost = {1, 2, len(stream) // 2, len(stream)} if partition < 6 else range(1, len(stream) + 1)
                    assert client.xdel(events_stream(1, partition), *map(entry_id, lost)) == len(lost)
            with notifier(tmp_path, valkey.url) as one:
                await one.until_told(events)
                valkey.process.kill()
                valkey.process.wait()
                events |= confirm_orders(write_database_url, 50)
                valkey = start_valkey(tmp_path / "engine", durable=False, port=valkey.port)
                await one.until_told(events)
                assert set(one.told().values()) == {1}
    finally:
        valkey.stop()


async def test_a_replay_is_asked_for_again_under_its_name_and_under_another_when_it_is_of_no_use(
    tmp_path: Path, write_database_url: str, redis_url: str, client: redis.Redis, relay: Process
) -> None:
    events = confirm_orders(write_database_url, 100)
    await until(lambda: all_told(write_database_url, redis_url))
    client.delete(events_stream(1, 3))
    relay.process.send_signal(signal.SIGSTOP)
    with notifier(tmp_path, redis_url) as one:

        async def asked_again() -> bool:
            return len(_requests(client)) >= 2

        await until(asked_again)
        (asked_at, first), (again_at, second) = _requests(client)[:2]
        assert first == second
        assert again_at - asked_at >= 1_000
        assert (first.projection, first.partition, first.epoch, first.first) == ("notifier", 3, 1, 1)
        client.xadd(first.reply_to, {"event_id": "", "type": "", "prev": "", "data": ""}, id="7-0")

        async def asked_anew() -> bool:
            return len(_requests(client)) >= 3

        await until(asked_anew)
        anew_at, third = _requests(client)[2]
        assert third.reply_to != first.reply_to
        assert anew_at - again_at >= 2_000
        relay.process.send_signal(signal.SIGCONT)
        await one.until_told(events)
        assert set(one.told().values()) == {1}


@pytest.mark.usefixtures("relay")
async def test_a_log_that_was_changed_ends_it_and_a_new_epoch_starts_it_over_without_telling_anything_twice(
    tmp_path: Path, write_database_url: str, redis_url: str, client: redis.Redis
) -> None:
    events = confirm_orders(write_database_url, 50)
    with notifier(tmp_path, redis_url) as one:
        await one.until_told(events)
        last, event_id, _ = logged(write_database_url)[4][-1]
        foreign: dict[Any, Any] = {
            "event_id": "x",
            "type": "orders.OrderConfirmed.v1",
            "prev": "y",
            "data": '{"id":"x"}',
        }
        client.xadd(events_stream(1, 4), foreign, id=entry_id(last + 1))
        said = f"partition 4: {entry_id(last + 1)} does not follow {event_id}: the log was changed\n"
        assert await one.until_dead() == (1, said)
        new_epoch(write_database_url)

        async def begun() -> bool:
            heads = newest_heads(redis_url)
            return heads is not None and heads.epoch == 2

        await until(begun)
        one.start_again()
        events |= confirm_orders(write_database_url, 50)
        await one.until_told(events)
        assert set(one.told().values()) == {1}
        one.kill()
        assert one.rows("SELECT DISTINCT epoch FROM checkpoint") == [(2,)]
        assert one.rows("SELECT sum(sequence) FROM checkpoint") == [(200,)]


@pytest.mark.usefixtures("relay")
async def test_a_webhook_that_fails_is_called_again_with_the_same_key(
    tmp_path: Path, write_database_url: str, redis_url: str
) -> None:
    events = confirm_orders(write_database_url, 20)
    with receiver(refusals=2) as (url, posts), notifier(tmp_path, redis_url, WEBHOOK_URL=url) as one:
        await one.until_told(events)
    assert len(posts) == len(events) + 2
    assert posts[0] == posts[1] == posts[2]
    assert {key for key, _, _ in posts} == events
    assert {type_ for _, type_, _ in posts} == {"application/cloudevents+json"}


def _requests(client: redis.Redis) -> list[tuple[int, ReplayRequest]]:
    """When each was made, in milliseconds, and what it says."""
    entries: Any = client.xrange(REPLAY_REQUESTS)
    return [(int(entry.partition(b"-")[0]), decode_request(fields[b"data"])) for entry, fields in entries]


@contextmanager
def receiver(refusals: int) -> Iterator[tuple[str, list[tuple[str, str, bytes]]]]:
    """A server that refuses so many posts and takes the rest: its URL; and key, content type and body of each post."""
    posts: list[tuple[str, str, bytes]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            posts.append((self.headers["Idempotency-Key"], self.headers["Content-Type"], body))
            self.send_response(204 if len(posts) > refusals else 503)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- so it is called there
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        Thread(target=server.serve_forever).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/", posts
        finally:
            server.shutdown()


def test_the_page_shows_one_block_of_some_eighty_lines_of_code_that_the_house_would_take(tmp_path: Path) -> None:
    shown = code(PAGE.read_text("utf-8"))
    assert lines_of_code(shown) <= 85
    assert len(shown.splitlines()) <= 100
    file = tmp_path / "notifier.py"
    file.write_text(shown, "utf-8")
    for verb in (("check", "--ignore", "T201"), ("format", "--check")):
        checked = subprocess.run([*RUFF, *verb, *CONFIGURED, file], check=False, capture_output=True, text=True)
        assert checked.returncode == 0, checked.stdout


def test_blank_lines_comments_and_docstrings_are_no_lines_of_code() -> None:
    script = '"""Why."""\n\nx = """\ntext\n"""\n# a comment\n\n\ndef f():\n    """Does\n    it."""\n    return x  # y\n'
    assert lines_of_code(script) == 5


def test_a_page_with_a_second_block_or_none_is_refused() -> None:
    for page in ("no code", "```python\na\n```\n\n```python\nb\n```\n"):
        with pytest.raises(ValueError, match="to unpack"):
            code(page)


def test_a_death_before_a_line_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert dying_before("b()", tmp_path, "if a:\n    b()\n").startswith("if a:\n    os.path.exists(")
    with pytest.raises(ValueError, match="to unpack"):
        dying_before("c()", tmp_path, "if a:\n    b()\n")
