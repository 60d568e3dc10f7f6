"""What became of one command that was accepted for later."""

from dataclasses import dataclass

from query_api.application.bus import Query
from query_api.application.errors import CommandNotFound
from query_api.application.ports import CommandViews
from query_api.application.views import CommandId, Document


@dataclass(frozen=True, slots=True)
class GetCommand(Query[Document]):
    command_id: CommandId


class GetCommandHandler:
    def __init__(self, commands: CommandViews) -> None:
        self._commands = commands

    async def __call__(self, query: GetCommand) -> Document:
        """Raises CommandNotFound."""
        document = await self._commands.command(query.command_id)
        if document is None:
            raise CommandNotFound(str(query.command_id))
        return document
