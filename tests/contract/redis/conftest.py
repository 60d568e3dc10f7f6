"""Servers that were started with the file for operators: the Valkey of the wheel, and a Redis where there is one."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
import redis

from stack.engines import RunningEngine, start_valkey
from tests.contract.redis.users import USERS

REDIS: Final = shutil.which("redis-server")


@pytest.fixture(
    scope="module", params=[None, *([REDIS] if REDIS else [])], ids=lambda found: Path(found or "valkey").name
)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEngine]:
    """A server whose users are those of the file, and an admin."""
    program = Path(request.param) if request.param else None
    with start_valkey(tmp_path_factory.mktemp("users"), durable=False, users=USERS, program=program) as engine:
        yield engine


@pytest.fixture
def admin(engine: RunningEngine) -> Iterator["redis.Redis"]:
    """The server emptied, its scripts forgotten; it has refused nobody yet."""
    with redis.Redis.from_url(engine.url, protocol=2) as client:
        client.flushall()
        client.script_flush()
        client.acl_log_reset()
        yield client
