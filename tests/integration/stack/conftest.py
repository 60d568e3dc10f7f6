"""Launchers for the tests of this folder."""

from collections.abc import Iterator

import pytest

from tests.integration.stack.launcher import Launcher, new_launcher


@pytest.fixture
def launcher() -> Iterator[Launcher]:
    """Services in miniature only; nothing is started."""
    with new_launcher() as made:
        yield made


@pytest.fixture
def fresh() -> Iterator[Launcher]:
    """Services in miniature, up; for a test that does not leave them up."""
    with new_launcher() as made:
        made.ok("up", "--detach")
        yield made


@pytest.fixture(scope="module")
def shared() -> Iterator[Launcher]:
    """Services in miniature, up; each test leaves them in its own state."""
    with new_launcher() as made:
        made.ok("up", "--detach")
        yield made


@pytest.fixture
def running(shared: Launcher) -> Launcher:
    """The shared services, all of them ready."""
    shared.unready_file("web").unlink(missing_ok=True)
    for name, state in shared.states().items():
        if state != "ready":
            shared.ok("restart", name)
    return shared


@pytest.fixture(scope="module")
def with_engines() -> Iterator[Launcher]:
    """Services in miniature and two real engines, up; shared by the tests of a module."""
    with new_launcher(FAKE_ENGINES="1") as made:
        made.ok("up", "--detach")
        yield made
