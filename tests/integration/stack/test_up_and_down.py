"""Every verb from the outside: what it does, prints and answers, and what it leaves behind."""

import json
import signal
import socket
import subprocess
from pathlib import Path

from stack.pointer import default_data, pointer_file, read_pointer
from stack.ports import LOOPBACK, choose_port
from stack.processes import Identity
from tests import web
from tests.integration.stack.launcher import Launcher, until


def pids(launcher: Launcher) -> list[Identity]:
    found = [Identity.of(part["pid"]) for part in launcher.status().values()]
    return [process for process in found if process is not None]


def test_up_returns_when_all_is_ready_and_down_stops_it_in_order(launcher: Launcher) -> None:
    said = launcher.ok("up", "--detach")
    status = launcher.status()
    assert list(status) == ["web", "worker"]
    for part in status.values():
        assert set(part) == {"pid", "state", "url"}
        assert part["state"] == "ready"
        assert part["url"] in said
        assert web.get(f"{part['url']}/readyz").status_code == 200
    assert f"curl {status['web']['url']}/readyz" in said.splitlines()
    assert str(default_data(launcher.project) / "logs") in said
    processes = pids(launcher)
    assert launcher.ok("down").splitlines() == ["stopped web", "stopped worker"]
    assert len(processes) == 2
    assert not any(process.is_alive() for process in processes)
    assert not pointer_file(launcher.project).exists()


def test_status_prints_one_json_object_and_nothing_else(running: Launcher) -> None:
    done = running.call_process("status", "--json")
    assert isinstance(json.loads(done.stdout), dict)
    assert done.stderr == ""


def test_verbs_find_the_stack_wherever_its_data_and_the_caller_are(launcher: Launcher) -> None:
    (launcher.project / "pyproject.toml").write_text("[tool.uv.workspace]\nmembers = []\n")
    below = launcher.project / "services" / "one"
    below.mkdir(parents=True)
    launcher.ok("up", "--detach", "--data", str(launcher.project / "elsewhere"))
    assert not default_data(launcher.project).exists()
    assert (launcher.project / "elsewhere" / "logs" / "web.log").exists()
    from_below = Launcher(below, launcher.environment)
    assert set(from_below.states().values()) == {"ready"}
    assert "listening" in from_below.ok("logs", "web")


def test_ctrl_c_in_the_foreground_stops_all_and_a_second_one_does_no_harm(launcher: Launcher) -> None:
    with launcher.start("up") as foreground:
        until(lambda: read_pointer(launcher.project) is not None)
        until(lambda: set(launcher.states().values()) == {"ready"})
        processes = pids(launcher)
        foreground.send_signal(signal.SIGINT)
        foreground.send_signal(signal.SIGINT)
        said, _ = foreground.communicate(timeout=20)
    assert foreground.returncode == 0
    assert said.splitlines()[-2:] == ["stopped web", "stopped worker"]
    assert not any(process.is_alive() for process in processes)


def test_ctrl_c_while_it_is_still_starting_leaves_nothing_behind(launcher: Launcher) -> None:
    default_data(launcher.project).mkdir(parents=True)
    launcher.unready_file("web").touch()
    with launcher.start("up") as foreground:
        until(lambda: read_pointer(launcher.project) is not None)
        until(lambda: launcher.states() == {"web": "starting", "worker": "ready"})
        processes = pids(launcher)
        foreground.send_signal(signal.SIGINT)
        foreground.communicate(timeout=20)
    assert foreground.returncode == 0
    assert len(processes) == 2
    assert not any(process.is_alive() for process in processes)


def test_a_failing_migration_ends_up_with_its_last_words(launcher: Launcher) -> None:
    launcher.environment["FAKE_MIGRATION"] = "no such table"
    done = launcher.call("up", "--detach")
    assert done.returncode == 1
    assert "web-migrate failed, exit code 1" in done.stdout
    assert "no such table" in done.stdout
    assert not pointer_file(launcher.project).exists()


def test_a_note_about_database_users_is_told(launcher: Launcher) -> None:
    launcher.environment["FAKE_NOTE"] = "db: web has no user of its own: permission denied"
    assert launcher.environment["FAKE_NOTE"] in launcher.ok("up", "--detach").splitlines()


def test_a_taken_port_is_replaced_and_told(launcher: Launcher) -> None:
    with socket.socket() as somebody:
        somebody.bind((LOOPBACK, choose_port()))
        somebody.listen(1)
        taken = somebody.getsockname()[1]
        launcher.environment["FAKE_USUAL_PORT"] = str(taken)
        said = launcher.ok("up", "--detach")
        url = launcher.status()["web"]["url"]
    assert not url.endswith(f":{taken}")
    assert f"web listens on port {url.rpartition(':')[2]}: {taken} is taken" in said


def test_two_stacks_that_start_at_once_get_different_ports(launcher: Launcher, running: Launcher) -> None:
    launcher.ok("up", "--detach")
    ours, theirs = launcher.status(), running.status()
    urls = [part["url"] for part in (*ours.values(), *theirs.values())]
    assert len(set(urls)) == 4


def test_nothing_running_is_told_in_one_line(launcher: Launcher) -> None:
    for words in (["status"], ["status", "--json"], ["down"], ["restart", "web"], ["kill", "web"], ["logs", "web"]):
        done = launcher.call(*words)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("nothing is running here")
        assert len(done.stderr.splitlines()) == 1


def test_what_cannot_be_done_while_it_runs_is_told_in_one_line(running: Launcher) -> None:
    for words, code in (
        (["up"], 1),
        (["up", "--detach"], 1),
        (["reset"], 1),
        (["restart", "nobody"], 2),
        (["kill", "nobody"], 2),
        (["logs", "nobody"], 2),
        (["kill", "web", "--signal", "NONE"], 2),
    ):
        done = running.call(*words)
        assert (done.returncode, done.stdout) == (code, ""), words
        assert len(done.stderr.splitlines()) == 1, done.stderr
    assert set(running.states().values()) == {"ready"}


def test_a_data_folder_that_cannot_be_made_is_told_in_one_line(launcher: Launcher) -> None:
    file = launcher.project / "file"
    file.touch()
    for words in (["up", "--data", str(file / "data")], ["up", "--detach", "--data", str(file / "data")]):
        done = launcher.call(*words)
        assert (done.returncode, done.stdout) == (1, "")
        assert len(done.stderr.splitlines()) == 1


def test_reset_removes_the_data_of_a_stack_that_is_down(fresh: Launcher) -> None:
    fresh.ok("down")
    assert default_data(fresh.project).exists()
    fresh.ok("reset")
    assert not default_data(fresh.project).exists()
    assert fresh.call("reset").returncode == 0


def test_up_detached_leaves_no_pipe_open(launcher: Launcher) -> None:
    command = f"{launcher.argv[0]} {launcher.argv[1]} up --detach | cat"
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=launcher.project, env=launcher.env, capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip
    assert "curl" in done.stdout


def test_logs_can_be_followed(running: Launcher) -> None:
    with running.start("logs", "web", "--follow") as follower:
        assert follower.stdout is not None
        assert "listening" in follower.stdout.readline()
        web.get(f"{running.status()['web']['url']}/hello")
        until(lambda: follower.stdout is not None and "/hello" in follower.stdout.readline())
        follower.send_signal(signal.SIGINT)
        follower.communicate(timeout=10)
    assert follower.returncode == 0


def test_a_stack_s_pointer_names_its_supervisor(running: Launcher) -> None:
    pointer = read_pointer(running.project)
    assert pointer is not None
    assert not pointer.is_stale()
    assert pointer.data == default_data(running.project)
    assert len(str(pointer.socket)) <= 100
    assert Path(pointer.socket).is_socket()
