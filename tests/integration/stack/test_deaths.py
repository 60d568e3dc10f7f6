"""What dies, dies alone: the others go on, the launcher says who it was, and a restart brings it back."""

import signal

from stack.pointer import pointer_file, read_pointer
from stack.processes import Identity
from tests.integration.stack.launcher import Launcher, until


def test_a_process_that_dies_takes_nobody_with_it_and_is_told_of(running: Launcher) -> None:
    before = running.status()
    running.ok("kill", "web")
    after = running.status()
    assert after["web"] == {"pid": None, "state": "dead", "url": before["web"]["url"]}
    assert after["worker"] == before["worker"]
    assert "signal SIGKILL" in running.ok("status")
    until(lambda: "web died: signal SIGKILL: " in running.supervisor_log())
    done = running.call("kill", "web")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1


def test_a_dead_part_is_restarted_on_its_port(running: Launcher) -> None:
    before = running.status()["web"]
    running.ok("kill", "web")
    assert running.ok("restart", "web") == "restarted web\n"
    after = running.status()["web"]
    assert (after["state"], after["url"]) == ("ready", before["url"])
    assert after["pid"] not in {None, before["pid"]}


def test_a_running_part_is_restarted_on_its_port(running: Launcher) -> None:
    before = running.status()
    running.ok("restart", "worker")
    after = running.status()
    assert after["worker"]["url"] == before["worker"]["url"]
    assert after["worker"]["pid"] != before["worker"]["pid"]
    assert after["web"] == before["web"]
    assert "worker died" not in running.supervisor_log()


def test_a_part_may_die_again_after_a_restart_and_is_told_of_again(running: Launcher) -> None:
    before = running.supervisor_log()
    for _ in range(2):
        running.ok("kill", "web", "--signal", "ABRT")
        until(lambda: running.states()["web"] == "dead")
        running.ok("restart", "web")
    said = running.supervisor_log().removeprefix(before)
    assert said.count("web died: signal SIGABRT") == 2


def test_a_part_that_dies_while_it_is_restarted_is_told_in_one_line(running: Launcher) -> None:
    running.unready_file("web").touch()
    with running.start("restart", "web") as restarting:
        until(lambda: running.states()["web"] == "starting")
        running.ok("kill", "web", "--signal", "9")
        said, _ = restarting.communicate(timeout=10)
    assert restarting.returncode == 1
    assert said.startswith("web died: signal SIGKILL")
    assert len(said.splitlines()) == 1


def test_a_frozen_part_is_unready_and_ready_again_when_it_goes_on(running: Launcher) -> None:
    running.ok("kill", "web", "--signal", "STOP")
    assert running.states() == {"web": "unready", "worker": "ready"}
    running.ok("kill", "web", "--signal", "CONT")
    assert running.states() == {"web": "ready", "worker": "ready"}


def test_the_parts_outlive_a_killed_supervisor_and_the_next_one_stops_them_first(fresh: Launcher) -> None:
    pointer = read_pointer(fresh.project)
    assert pointer is not None
    orphans = [Identity.of(part["pid"]) for part in fresh.status().values()]
    pointer.supervisor.send(signal.SIGKILL)
    assert pointer.supervisor.wait(10)
    done = fresh.call("status")
    assert done.returncode == 1
    assert "2 of its processes are left" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    said = fresh.ok("up", "--detach")
    assert "left over from a stack that was killed" in said
    assert not any(orphan is not None and orphan.is_alive() for orphan in orphans)
    assert fresh.states() == {"web": "ready", "worker": "ready"}
    assert not pointer.socket.parent.exists()


def test_down_stops_what_a_killed_supervisor_left(fresh: Launcher) -> None:
    pointer = read_pointer(fresh.project)
    assert pointer is not None
    orphans = [Identity.of(part["pid"]) for part in fresh.status().values()]
    pointer.supervisor.send(signal.SIGKILL)
    assert pointer.supervisor.wait(10)
    assert len(fresh.ok("down").splitlines()) == 2
    assert not any(orphan is not None and orphan.is_alive() for orphan in orphans)
    assert not pointer_file(fresh.project).exists()
    assert fresh.call("down").returncode == 1
