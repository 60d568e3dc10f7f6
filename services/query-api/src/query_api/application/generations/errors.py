"""Why a verb does not do what it was asked to. Each message is one line for the one who asked."""


class Refused(Exception):
    """It would be wrong, or it cannot be done; nothing was changed."""


class NotYet(Refused):
    """It may be different in a moment: a generation catches up, a lock is let go."""
