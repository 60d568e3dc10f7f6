"""Refusals that are not the domain's: they come from versions, neighbours and engines."""


class StaleVersion(Exception):
    """The caller named a version with If-Match, and the aggregate is at another one."""

    def __init__(self, current_version: int) -> None:
        super().__init__(f"The current version is {current_version}.")
        self.current_version = current_version


class VersionConflict(Exception):
    """Somebody else has written the aggregate since it was loaded. Trying again from the start may succeed."""


class ConcurrentUpdate(Exception):
    """The aggregate is changed by others faster than this command could be decided, several times in a row."""


class Unavailable(Exception):
    """Something that the service needs does not answer. Whether the command took effect may be unknown."""
