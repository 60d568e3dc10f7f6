"""What the caller of a command that ran later would have been told, had it waited."""

from collections.abc import Mapping
from typing import Any

import orjson

from command_api.application.later import Asked
from command_api.application.outcome import Outcome
from command_api.entrypoints.call import body_of
from command_api.entrypoints.problems import refusal


class ToldLater:
    """See the port `Telling`."""

    def result(self, asked: Asked, outcome: Outcome) -> Mapping[str, str | int]:
        return body_of(outcome, asked.made)

    def problem(self, asked: Asked, correlation_id: str, error: Exception) -> Mapping[str, Any]:
        scope = {"path": asked.path, "state": {"request_id": correlation_id}}
        document: dict[str, Any] = orjson.loads(refusal(scope, error).body)
        return document
