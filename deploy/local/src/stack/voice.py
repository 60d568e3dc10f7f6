"""What people see of the supervisor: plain lines, and on a terminal one moving line that says what it waits for."""

from rich.console import Console
from rich.status import Status


class _Patient(Console):
    """Somebody may close the terminal or the pipe that we speak to; the stack goes on without a listener."""

    def on_broken_pipe(self) -> None:
        self.quiet = True


class Voice:
    """Speaks to standard output."""

    def __init__(self) -> None:
        self._console = _Patient(highlight=False, markup=False, soft_wrap=True)
        self._moving: Status | None = None

    def say(self, line: str) -> None:
        """One line, whole: never wrapped, for commands in it are there to be copied."""
        try:
            self._console.print(line)
        except OSError:
            self._console.quiet = True

    def wait_for(self, what: str) -> None:
        """Show on a terminal what is being waited for; an empty text ends that."""
        if not what:
            if self._moving is not None:
                self._moving.stop()
            self._moving = None
        elif self._moving is None:
            self._moving = self._console.status(what)
            self._moving.start()
        else:
            self._moving.update(what)
