"""Ports are free, claimed, and never given twice."""

import socket
import subprocess
import sys

from stack.ports import LOOPBACK, RANGE, choose_port, claim, is_free


def listening() -> socket.socket:
    """Also where connections of those who had the port before are not quite gone."""
    return socket.create_server((LOOPBACK, choose_port()))


def test_a_port_somebody_listens_on_is_not_free() -> None:
    with listening() as server:
        port = server.getsockname()[1]
        assert not is_free(port)
    assert is_free(port)


def test_another_port_is_found_when_the_usual_one_is_taken() -> None:
    with listening() as server:
        taken = server.getsockname()[1]
        chosen = choose_port(taken)
    assert chosen != taken
    assert chosen in RANGE


def test_a_free_usual_port_is_chosen() -> None:
    free = int(run("from stack.ports import choose_port; print(choose_port())"))
    assert choose_port(free) == free


def test_a_port_claimed_by_another_process_is_not_chosen_and_its_end_gives_it_back() -> None:
    script = "import sys; from stack.ports import choose_port; print(choose_port(), flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        port = int(other.stdout.readline())
        assert not claim(port)
        other.kill()
    assert claim(port)


def test_a_port_is_never_chosen_twice_by_one_process() -> None:
    chosen = [choose_port() for _ in range(20)]
    assert len(set(chosen)) == 20


def run(script: str) -> str:
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return done.stdout.strip()
