"""Questions about commands that were accepted for later."""

from starlette.requests import Request
from starlette.responses import Response

from query_api.application.queries.get_command import GetCommand
from query_api.entrypoints import schemas
from query_api.entrypoints.parameters import path_value, query_values
from query_api.entrypoints.questions import COMMAND_ID, FRESH_PROBLEMS, FRESHNESS, IF_NONE_MATCH
from query_api.entrypoints.read_route import Operation
from query_api.entrypoints.reading import Reader


class CommandEndpoints:
    """Each method answers one path."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def get_command(self, request: Request) -> Response:
        query_values(request.scope)
        return await self._reader.document(request.scope, GetCommand(path_value(request.scope, COMMAND_ID)))

    def operations(self) -> list[Operation]:
        """What these endpoints answer."""
        return [
            Operation(
                "/commands/{command_id}",
                self.get_command,
                schemas.Command,
                "Commands",
                "What became of a command",
                "Of a command that was accepted for later (`Prefer: respond-async`): whether it has run, and how that "
                "ended. `result` is the body of the answer that the command would have had at once; then the header "
                "`Consistency-Token` is there, too, which leads to what it changed. `problem` is the problem that it "
                "would have been told.",
                (COMMAND_ID, IF_NONE_MATCH, *FRESHNESS),
                (*FRESH_PROBLEMS, "command_not_found"),
                tagged=True,
                vouching=True,
            )
        ]
