"""Free ports on loopback, claimed so that two stacks that start at once do not choose the same.

They are looked for below the range from which the kernel takes the ports of outgoing connections (32768 and up on
Linux, 49152 and up on macOS): a client that keeps trying a port of that range while nobody listens there can end up
connected to itself, and the port is then lost to the part that comes back.
"""

import fcntl
import os
import random
import socket
import tempfile
from pathlib import Path

from stack.accounts import make_private

LOOPBACK = "127.0.0.1"
RANGE = range(20_000, 32_000)
TRIES = 200


def choose_port(usual: int | None = None) -> int:
    """The `usual` port if it is free, else one found at random. It belongs to this process until that ends.

    Raises OSError when no free one turns up, PermissionError when the folder of claims is not ours.
    """
    if usual is not None and claim(usual):
        return usual
    for _ in range(TRIES):
        port = random.choice(RANGE)  # noqa: S311 - no secret
        if claim(port):
            return port
    raise OSError(f"no free port between {RANGE.start} and {RANGE.stop}")


def claim(port: int) -> bool:
    """Whether a server could listen on 127.0.0.1:`port`, and no other process of this user has claimed it.

    The claim is a lock on an open file: the kernel drops it when the process ends, however it ends.
    """
    folder = make_private(Path(tempfile.gettempdir()) / f"orders-stack-ports-{os.geteuid()}", 0o700)
    file = os.open(folder / str(port), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(file)
        return False
    if not is_free(port):
        os.close(file)
        return False
    return True  # the open file is the claim: it is closed by the end of the process, on purpose


def is_free(port: int) -> bool:
    """Whether nobody listens on 127.0.0.1:`port` now."""
    with socket.socket() as probe:
        probe.settimeout(1)
        if probe.connect_ex((LOOPBACK, port)) == 0:
            return False
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, port))
            listener.listen(1)
        except OSError:
            return False
    return True
