"""Real engines for the tests that need them: one Postgres and one Valkey per worker, one database per test."""

import gc
import logging
from collections.abc import Iterator
from typing import Final

import pytest
import redis
import structlog
from hypothesis import settings
from structlog.dev import plain_traceback
from xdist.remote import Producer  # type: ignore[import-untyped]
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from command_api.migrations.run import migrate as migrate_write
from query_api.migrations.run import migrate as migrate_read
from stack.engines import RunningEngine, start_postgres, start_valkey
from tests.databases import Databases, create

PARTITIONS: Final = 8
LONG: Final = ("tests/e2e/", "tests/model/", "tests/teeth/", "tests/contract/http/test_fuzz.py")
"""What takes longest begins first, or one worker would be at it when the others have long been done."""
structlog.configure(
    [*structlog.get_config()["processors"][:-1], structlog.dev.ConsoleRenderer(exception_formatter=plain_traceback)]
)  # not in colours and frames, which nobody sees and every failure would have to be drawn in
gc.disable()  # a quarter of what importing all tests takes; on again when they are collected
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


class FileByFile(LoadScopeScheduling):  # type: ignore[misc]
    """A file's tests share what they start, so they stay on one worker; the end-to-end tests share one stack."""

    def _split_scope(self, nodeid: str) -> str:
        return "tests/e2e" if nodeid.startswith("tests/e2e/") else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FileByFile:
    """In place of pytest-xdist's own `--dist`."""
    return FileByFile(config, log)


def pytest_collection_finish() -> None:
    """What was imported stays to the end: no collection of garbage need look at it again."""
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files before short ones; otherwise the order stays."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


@pytest.fixture(autouse=True)
def _quiet_afterwards() -> Iterator[None]:
    """A verb that ran in this process leaves its way to log; where that leads to is closed by now."""
    yield
    for handler in [one for one in logging.root.handlers if type(one) is logging.StreamHandler]:
        logging.root.removeHandler(handler)


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEngine]:
    """A Postgres that trades durability for speed."""
    with start_postgres(tmp_path_factory.mktemp("postgres"), durable=False) as engine:
        yield engine


@pytest.fixture(scope="session")
def valkey_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEngine]:
    """A Valkey that keeps nothing on disk."""
    with start_valkey(tmp_path_factory.mktemp("valkey"), durable=False) as engine:
        yield engine


@pytest.fixture(scope="session")
def write_template(postgres_server: RunningEngine) -> str:
    """The name of a database with the write side's schema, to be copied."""
    url = create(postgres_server.url, "write_template")
    migrate_write(url, PARTITIONS)
    return "write_template"


@pytest.fixture(scope="session")
def read_template(postgres_server: RunningEngine) -> str:
    """The name of a database with the read side's schema, to be copied."""
    url = create(postgres_server.url, "read_template")
    migrate_read(url)
    return "read_template"


@pytest.fixture(scope="session")
def write_databases(postgres_server: RunningEngine, write_template: str) -> Databases:
    """Where write databases come from."""
    return Databases(postgres_server.url, write_template)


@pytest.fixture(scope="session")
def read_databases(postgres_server: RunningEngine, read_template: str) -> Databases:
    """Where read databases come from."""
    return Databases(postgres_server.url, read_template)


@pytest.fixture
def write_database_url(write_databases: Databases) -> Iterator[str]:
    """A migrated, empty write database of the test's own."""
    with write_databases.one() as url:
        yield url


@pytest.fixture
def read_database_url(read_databases: Databases) -> Iterator[str]:
    """A migrated, empty read database of the test's own; the tables lie in the schema `g1`."""
    with read_databases.one() as url:
        yield url


@pytest.fixture
def redis_url(valkey_server: RunningEngine) -> str:
    """An empty Valkey."""
    with redis.Redis.from_url(valkey_server.url) as client:
        client.flushall()
    return valkey_server.url
