"""Who runs on which core: the load must not slow down what it measures.

The server under test has the first core to itself, the client the last. Engines get the cores between; on a machine
with fewer than four they are left to the scheduler, for every side alike.
"""

import os
import platform
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cores:
    """Numbers of cores. All empty where a process cannot be tied to one."""

    server: frozenset[int]
    client: frozenset[int]
    engines: frozenset[int]
    every: frozenset[int]

    def describe(self) -> str:
        """One line for people."""
        if not self.every:
            return "processes cannot be pinned on this machine: the scheduler decides"
        names = {"server": self.server, "client": self.client, "engines": self.engines}
        return ", ".join(f"{name} on {_numbers(cores)}" for name, cores in names.items())


def share_out() -> Cores:
    """The cores that this process may use, shared out."""
    if not hasattr(os, "sched_getaffinity"):
        return Cores(frozenset(), frozenset(), frozenset(), frozenset())
    numbers = sorted(os.sched_getaffinity(0))
    between = numbers[1:-1] if len(numbers) >= 4 else numbers
    return Cores(frozenset(numbers[:1]), frozenset(numbers[-1:]), frozenset(between), frozenset(numbers))


@contextmanager
def running_on(cores: Collection[int]) -> Iterator[None]:
    """Tie this thread to `cores` for a while; a process started meanwhile stays tied. None given: nothing happens."""
    if not cores:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def describe_machine() -> str:
    """System, processor and Python, in one line."""
    busy = f"load {os.getloadavg()[0]:.1f} before the start"
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {busy}"
    )


def _numbers(cores: Collection[int]) -> str:
    return f"core {min(cores)}" if len(cores) == 1 else f"cores {min(cores)} to {max(cores)}"
