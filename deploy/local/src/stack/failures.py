"""What the launcher tells people when it cannot do as asked: one line, and the exit code that goes with it."""

NOT_POSSIBLE = 1
WRONG_CALL = 2


class StackError(Exception):
    """One line for a person, and the exit code of the verb."""

    def __init__(self, message: str, code: int = NOT_POSSIBLE) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
