"""The header Prefer (RFC 7240): whether the caller waits for the command, or will look later what became of it."""

import re
from collections.abc import Mapping
from typing import Any, Final

from fastapi import Request

RESPOND_ASYNC: Final = "respond-async"
APPLIED: Final = "Preference-Applied"

_NAME: Final = b"prefer"
_PREFERENCE: Final = re.compile(
    r"""[ \t,]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)                    # its name
        (?:[ \t]*[=;](?:[^",]|"(?:[^"\\]|\\.)*")*)?             # its value and its parameters
        [ \t]*(?=,|$)""",
    re.VERBOSE,
)

PARAMETER: Final[Mapping[str, Any]] = {
    "name": _NAME.decode(),
    "in": "header",
    "required": False,
    "description": (
        "`respond-async`: the command is stored and answered 202 with the address of its status. From then on it will "
        "run, whatever crashes, and take effect once. Commands that are accepted at the same time may run in any "
        "order. Any other preference is passed over."
    ),
    "schema": {"type": "string", "examples": [RESPOND_ASYNC]},
}
"""Of every operation, as OpenAPI describes it."""


def prefers_async(request: Request) -> bool:
    """Whether the caller will not wait. What stands behind a mistake in the list is not looked at."""
    lines = [value for name, value in request.scope["headers"] if name == _NAME]
    if not lines:
        return False
    text, position = b", ".join(lines).decode("latin-1"), 0
    while (one := _PREFERENCE.match(text, position)) is not None:
        if one[1].lower() == RESPOND_ASYNC:
            return True
        position = one.end()
    return False
