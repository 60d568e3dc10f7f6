"""Requests that ask for one change, under one idempotency key: what they were told, taken together."""

from collections.abc import Sequence
from typing import Final

from tests.drills.told import Command

TOLD: Final = frozenset({"done", "accepted"})
_UNSETTLED: Final = frozenset({"concurrent_update", "idempotency_key_in_flight"})
"""Refusals that are of this request alone: another one with the same key may take effect."""


def as_one(requests: Sequence[Command]) -> Command:
    """The one whose answer says most of what became of them."""
    told = [one for one in requests if one.outcome in TOLD]
    settled = [one for one in requests if one.outcome == "refused" and one.code not in _UNSETTLED]
    unknown = [one for one in requests if one.outcome == "unknown"]
    return (told or settled or unknown or list(requests))[0]


def contradiction(requests: Sequence[Command]) -> str | None:
    """The complaint where two were told different things; None where they were not."""
    told = {
        (one.outcome, one.status, one.code, one.version, one.command_id, one.subject)
        for one in requests
        if one.outcome in TOLD or (one.outcome == "refused" and one.code not in _UNSETTLED)
    }
    return f"one key was answered {sorted(map(str, told))}" if len(told) > 1 else None
