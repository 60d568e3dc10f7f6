"""The stack's own Redis lets in its users only, each with his rights; what an older stack has left is kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from stack.engines import RunningEngine, start_valkey
from stack.redis_users import RedisUsers, kept_users


@pytest.fixture(scope="module")
def users(tmp_path_factory: pytest.TempPathFactory) -> RedisUsers:
    return kept_users(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory, users: RedisUsers) -> Iterator[RunningEngine]:
    """One whose data an older stack, which knew no users, has made."""
    folder = tmp_path_factory.mktemp("engine")
    before = start_valkey(folder, durable=True)
    with redis.Redis.from_url(before.url) as client:
        client.xadd("cqrs:events:1:0", {"event_id": "kept"}, id="1-0")
    before.stop(keep=True)
    with start_valkey(folder, durable=True, users=users) as engine:
        yield engine


def test_what_was_there_before_there_were_users_is_there(engine: RunningEngine) -> None:
    with redis.Redis.from_url(engine.url) as admin:
        assert admin.xlen("cqrs:events:1:0") == 1
        assert admin.acl_whoami() in {"admin", b"admin"}


def test_nobody_else_is_let_in(engine: RunningEngine) -> None:
    with redis.Redis.from_url(f"redis://127.0.0.1:{engine.port}/0") as nobody, pytest.raises(redis.AuthenticationError):
        nobody.ping()


@pytest.mark.parametrize("name", ["relay", "projector"])
def test_a_process_is_let_in_with_its_rights(engine: RunningEngine, users: RedisUsers, name: str) -> None:
    with redis.Redis.from_url(users.url(engine.url, name)) as client:
        assert client.time()
        with pytest.raises(redis.exceptions.NoPermissionError):
            client.flushall()


def test_passwords_lie_beside_the_data_for_the_engine_alone(engine: RunningEngine) -> None:
    rules = engine.data / "users.acl"
    assert rules.stat().st_mode & 0o777 == 0o600
    assert rules.stat().st_uid == engine.data.stat().st_uid
    words = Path(f"/proc/{engine.process.pid}/cmdline")
    assert not words.exists() or b"user admin" not in words.read_bytes()
