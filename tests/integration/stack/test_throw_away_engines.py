"""The engines that other tests run on, and the accounts and folders that they need as root."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
import redis

from stack import postgres
from stack.accounts import engine_account, make_private
from stack.engines import RunningEngine, start_postgres, start_valkey
from stack.lodging import copied_binaries, find_lodging, spare_folder
from stack.processes import working_in
from tests.integration.stack.launcher import until


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="te-") as made:
        yield Path(made)
        shutil.rmtree(spare_folder(Path(made)), ignore_errors=True)


def count_of(engine: RunningEngine) -> int:
    with psycopg.connect(engine.url) as link:
        row = link.execute("SELECT count(*) FROM kept").fetchone()
    assert row is not None
    return int(row[0])


def write_one(engine: RunningEngine) -> None:
    with psycopg.connect(engine.url) as link:
        link.execute("CREATE TABLE IF NOT EXISTS kept (number serial)")
        link.execute("INSERT INTO kept DEFAULT VALUES")


def test_a_postgres_for_a_moment_answers_and_leaves_nothing_behind(folder: Path) -> None:
    with start_postgres(folder, durable=False) as engine, psycopg.connect(engine.url) as link:
        told = link.execute("SELECT current_database(), current_setting('TimeZone'), current_setting('fsync')")
        assert told.fetchone() == ("orders", "UTC", "off")
    assert engine.process.returncode is not None
    assert not engine.data.exists()
    assert not spare_folder(folder).exists()


def test_a_valkey_for_a_moment_answers_and_leaves_nothing_behind(folder: Path) -> None:
    with start_valkey(folder, durable=False) as engine:
        client = redis.Redis.from_url(engine.url)
        assert client.ping()
        client.close()
    assert engine.process.returncode is not None
    assert not engine.data.exists()


def test_a_killed_postgres_comes_back_at_once_with_its_data(folder: Path) -> None:
    engine = start_postgres(folder, durable=False)
    write_one(engine)
    engine.process.kill()
    engine.process.wait()
    with start_postgres(folder, durable=False, port=engine.port) as again:
        assert again.url == engine.url
        assert count_of(again) == 1


def test_a_backend_that_outlives_its_killed_server_does_not_keep_it_from_coming_back(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "ORPHANS_GET", 0.5)
    engine = start_postgres(folder, durable=False)
    write_one(engine)
    with psycopg.connect(engine.url) as link, ThreadPoolExecutor(1) as aside:
        # A frozen backend does not notice that its server is gone, and holds the shared memory.
        os.kill(link.info.backend_pid, signal.SIGSTOP)
        engine.process.kill()
        engine.process.wait()
        until(lambda: [each.pid for each in working_in(engine.data, "postgres")] == [link.info.backend_pid])
        again = aside.submit(start_postgres, folder, durable=False, port=engine.port).result(20)
    with again:
        assert count_of(again) == 1


def test_a_stale_pid_file_that_names_a_living_stranger_does_not_keep_postgres_from_coming_back(folder: Path) -> None:
    engine = start_postgres(folder, durable=False)
    engine.process.kill()
    engine.process.wait()
    until(lambda: not list(working_in(engine.data, "postgres")))
    with subprocess.Popen(["sleep", "60"]) as stranger:
        lock = engine.data / "postmaster.pid"
        _, _, rest = lock.read_text().partition("\n")
        lock.write_text(f"{stranger.pid}\n{rest}")
        with start_postgres(folder, durable=False, port=engine.port) as again:
            write_one(again)
        assert stranger.poll() is None
        stranger.kill()


def test_a_server_on_a_taken_port_is_refused_with_its_last_words(folder: Path) -> None:
    with start_valkey(folder, durable=False) as first, pytest.raises(RuntimeError, match="did not start"):
        start_valkey(folder, durable=False, port=first.port, name="second")


def test_engines_never_run_as_root(folder: Path) -> None:
    with start_postgres(folder, durable=False) as database, start_valkey(folder, durable=False) as link:
        for engine in (database, link):
            assert user_of(engine.process.pid) != 0
            assert engine.data.stat().st_uid == user_of(engine.process.pid)


def user_of(pid: int) -> int:
    done = subprocess.run(["ps", "-o", "uid=", "-p", str(pid)], capture_output=True, text=True, check=True)
    return int(done.stdout)


def test_engines_live_elsewhere_only_when_their_account_may_not_enter(folder: Path) -> None:
    folder.chmod(0o700)
    lodging = find_lodging(folder)
    assert lodging.moved == (engine_account() is not None)
    assert lodging.folder == (spare_folder(folder) if lodging.moved else folder)
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_spare_folder_that_somebody_else_could_write_is_refused(folder: Path) -> None:
    trap = folder / "trap"
    trap.mkdir()
    trap.chmod(0o777)
    with pytest.raises(PermissionError, match="not ours alone"):
        make_private(trap, 0o755)


def test_copied_programs_run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stack.lodging.SPARE_ROOM", folder)
    binaries = copied_binaries()
    assert str(binaries.postgres).startswith(str(folder))
    for program in (binaries.postgres / "postgres", binaries.postgres / "initdb", binaries.valkey):
        done = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
        assert done.stdout
    assert copied_binaries() == binaries
