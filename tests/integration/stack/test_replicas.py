"""Several processes of one part: started, told of, killed, restarted and stopped each by its own name."""

import json
import signal
from collections.abc import Iterator

import pytest

from stack.pointer import default_data, read_pointer
from tests.integration.stack.launcher import Launcher, new_launcher

NAMES = ["web", "web-2", "worker", "worker-2", "worker-3"]


@pytest.fixture(scope="module")
def several() -> Iterator[Launcher]:
    """Two of the one service, as an option asks for; three of the other, as the environment does."""
    with new_launcher(STACK_RELAYS="3") as made:
        made.ok("up", "--detach", "--command-apis", "2")
        yield made


def test_all_of_them_are_ready_each_at_an_address_of_its_own(several: Launcher) -> None:
    status = several.status()
    assert list(status) == NAMES
    assert {part["state"] for part in status.values()} == {"ready"}
    assert len({part["url"] for part in status.values()}) == len(NAMES)
    assert f"curl {status['web']['url']}/readyz" in several.supervisor_log()


def test_the_migration_runs_once(several: Launcher) -> None:
    logs = default_data(several.project) / "logs"
    assert [log.name for log in logs.glob("*-migrate.log")] == ["web-migrate.log"]
    assert (logs / "web-migrate.log").read_text() == "migrating\n"


def test_one_of_them_is_killed_and_restarted_by_its_name(several: Launcher) -> None:
    before = several.status()
    several.ok("kill", "worker-2")
    assert several.status() == before | {"worker-2": {"pid": None, "state": "dead", "url": before["worker-2"]["url"]}}
    assert several.ok("restart", "worker-2") == "restarted worker-2\n"
    after = several.status()["worker-2"]
    assert (after["state"], after["url"]) == ("ready", before["worker-2"]["url"])
    assert after["pid"] != before["worker-2"]["pid"]


def test_each_has_a_log_of_its_own(several: Launcher) -> None:
    port = several.status()["worker-3"]["url"].rpartition(":")[2]
    assert f"listening on {port}\n" in several.ok("logs", "worker-3")


def test_one_more_than_there_are_is_refused_in_one_line(several: Launcher) -> None:
    for verb, told in (("kill", "there is no web-3"), ("restart", "there is no web-3"), ("logs", "web-3 has no log")):
        done = several.call(verb, "web-3")
        assert done.returncode != 0
        assert done.stderr.startswith(told)
        assert len(done.stderr.splitlines()) == 1


def test_status_tells_what_a_ready_service_is_doing(several: Launcher) -> None:
    several.status_file("web").write_text(json.dumps({"summary": "replaying: 12,300 events/s, 28 s left"}))
    several.ok("kill", "web-2", "--signal", "STOP")
    _, web, web_2, worker, *_ = several.ok("status").splitlines()
    several.ok("kill", "web-2", "--signal", "CONT")
    several.status_file("web").unlink()
    assert web.endswith("replaying: 12,300 events/s, 28 s left")
    assert "unready" in web_2
    assert "replaying" not in web_2 + worker


def test_down_stops_them_all_and_so_does_the_next_stack_after_a_killed_supervisor() -> None:
    with new_launcher() as launcher:
        launcher.ok("up", "--detach", "--relays", "2")
        pointer = read_pointer(launcher.project)
        assert pointer is not None
        pointer.supervisor.send(signal.SIGKILL)
        assert pointer.supervisor.wait(10)
        said = launcher.ok("up", "--detach", "--relays=3")
        for name in ("web", "worker", "worker-2"):
            assert f"stopped {name} (pid" in said
        assert launcher.ok("down").splitlines() == [f"stopped {name}" for name in ("web", *NAMES[2:])]


@pytest.mark.parametrize("count", ["0", "10", "many"])
def test_a_count_that_cannot_be_is_refused(launcher: Launcher, count: str) -> None:
    done = launcher.call("up", "--detach", "--relays", count)
    assert done.returncode == 2
    assert "--relays" in done.stderr
    assert launcher.call("status").returncode == 1
