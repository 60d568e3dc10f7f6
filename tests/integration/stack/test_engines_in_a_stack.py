"""Real engines within a stack: killed, restarted, kept over night, or somebody else's."""

import re

import psycopg
import pytest
import redis

from tests.integration.stack.launcher import Launcher, new_launcher


def write(launcher: Launcher, word: str) -> None:
    status = launcher.status()
    with psycopg.connect(status["db"]["url"]) as link:
        link.execute("CREATE TABLE IF NOT EXISTS kept (word text)")
        link.execute("INSERT INTO kept VALUES (%s)", [word])
    client = redis.Redis.from_url(status["redis"]["url"])
    client.xadd("kept", {"word": word})
    client.close()


def kept(launcher: Launcher) -> tuple[list[str], list[str]]:
    status = launcher.status()
    with psycopg.connect(status["db"]["url"]) as link:
        rows = [str(row[0]) for row in link.execute("SELECT word FROM kept")]
    client = redis.Redis.from_url(status["redis"]["url"], decode_responses=True)
    entries = re.findall("'word': '([^']*)'", str(client.xrange("kept")))
    client.close()
    return rows, entries


def test_engines_that_were_killed_come_back_on_their_ports_with_their_data(with_engines: Launcher) -> None:
    before = with_engines.status()
    write(with_engines, "before the kill")
    for engine in ("db", "redis"):
        with_engines.ok("kill", engine)
        assert with_engines.states()[engine] == "dead"
        assert with_engines.ok("restart", engine) == f"restarted {engine}\n"
    after = with_engines.status()
    assert [part["url"] for part in after.values()] == [part["url"] for part in before.values()]
    assert after["web"] == before["web"]
    rows, entries = kept(with_engines)
    assert "before the kill" in rows
    assert "before the kill" in entries


def test_running_engines_restart_while_clients_are_connected(with_engines: Launcher) -> None:
    client = psycopg.connect(with_engines.status()["db"]["url"], autocommit=True)
    with_engines.ok("restart", "db")
    with_engines.ok("restart", "redis")
    assert set(with_engines.states().values()) == {"ready"}
    with pytest.raises(psycopg.OperationalError):
        client.execute("SELECT 1")
    client.close()


def test_data_survives_down_and_up() -> None:
    with new_launcher(FAKE_ENGINES="1") as launcher:
        launcher.ok("up", "--detach")
        write(launcher, "over night")
        stopped = launcher.ok("down").splitlines()
        assert stopped == ["stopped web", "stopped worker", "stopped db", "stopped redis"]
        launcher.ok("up", "--detach")
        assert kept(launcher) == (["over night"], ["over night"])


def test_a_server_named_by_the_environment_is_used_and_left_alone(with_engines: Launcher) -> None:
    given = with_engines.status()["redis"]["url"]
    with new_launcher(FAKE_ENGINES="1", FAKE_REDIS_URL=given) as launcher:
        launcher.ok("up", "--detach")
        assert launcher.status()["redis"] == {"pid": None, "state": "external", "url": given}
        for verb in ("restart", "kill"):
            done = launcher.call(verb, "redis")
            assert done.returncode == 1
            assert len(done.stderr.splitlines()) == 1
        assert "stopped redis" not in launcher.ok("down")
    assert with_engines.states()["redis"] == "ready"
