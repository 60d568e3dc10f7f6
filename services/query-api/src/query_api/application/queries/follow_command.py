"""What becomes of a command that was accepted for later: told until it has ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from query_api.application.bus import Query
from query_api.application.errors import CommandNotFound
from query_api.application.following import Following
from query_api.application.ports import CommandViews
from query_api.application.views import Change, CommandId
from query_api.application.waiting_room import WaitingRoom

_ENDED: Final = 2
"""A command is accepted in its first version, and has ended in its second."""


@dataclass(frozen=True, slots=True)
class FollowCommand(Query[Following]):
    """`after` is the last version that the asker has; None: the present one comes first."""

    command_id: CommandId
    after: int | None


class FollowCommandHandler:
    def __init__(self, commands: CommandViews, room: WaitingRoom) -> None:
        self._commands = commands
        self._room = room

    async def __call__(self, query: FollowCommand) -> Following:
        """Raises CommandNotFound."""
        command_id = query.command_id
        if await self._commands.command(command_id) is None:
            raise CommandNotFound(str(command_id))

        async def look(seen: int) -> Sequence[Change]:
            document = await self._commands.command(command_id)
            return [] if document is None or document.version <= seen else [Change(document.version, document.body)]

        return Following(self._room, ("command", str(command_id)), query.after or 0, look, last=_ENDED)
