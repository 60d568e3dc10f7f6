"""What a user may do with a key, found out by doing it: every command that the engine itself says it knows."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import redis

_ANYTHING: Final = "1"
_BEFORE_LOGIN: Final = b"no_auth"
"""Flag of the commands that need no rights, such as AUTH."""
_OTHERWISE: Final = ("command not allowed. If the", "Transaction discarded because of: NOPERM")
"""How an engine refuses DEBUG and MODULE, whoever asks; and how EXEC."""


class Verb(NamedTuple):
    """One command of the engine: its words, how many there must be at least, where keys stand among them."""

    words: Sequence[str]
    least: int
    keys: Sequence[Mapping[str, Any]]

    @property
    def name(self) -> str:
        return " ".join(self.words).upper()

    def on(self, key: str) -> list[str]:
        """A call that names `key` wherever the command takes one. It need not make sense beyond that."""
        call = [*self.words, *[_ANYTHING] * (self.least - len(self.words))]
        for place in self.keys:
            if "keyword" in place:
                call = [*call[: max(len(self.words), self.least - 3)], place["keyword"].decode(), key, "0"]
                continue
            begin, counted = place.get("index", 1), place.get("keynumidx")
            first = begin if counted is None else begin + place["firstkey"]
            call += [_ANYTHING] * (first + 1 - len(call))
            call[first] = key
        return call


def verbs(admin: "redis.Redis") -> list[Verb]:
    """All there are, but for those that need no login."""
    admin.set_response_callback("COMMAND", lambda answer: answer)
    answer: list[Any] = admin.execute_command("COMMAND")  # type: ignore[no-untyped-call]
    return [verb for entry in answer for verb in _leaves(entry)]


def allowed(user: "redis.Connection", tried: Sequence[Verb], key: str) -> set[str]:
    """The names of those that the user is not refused."""
    calls = [verb.on(key) for verb in tried]
    user.send_packed_command(user.pack_commands(calls))  # type: ignore[no-untyped-call]
    return {verb.name for verb in tried if not _refused(user)}


def _refused(user: "redis.Connection") -> bool:
    try:
        user.read_response()
    except redis.exceptions.NoPermissionError:
        return True
    except redis.ResponseError as other:
        return any(words in str(other) for words in _OTHERWISE)
    return False


def _leaves(entry: list[Any]) -> Iterator[Verb]:
    name, arity, flags, *_, places, parts = entry
    for part in parts:
        yield from _leaves(part)
    if not parts and _BEFORE_LOGIN not in flags:
        yield Verb(name.decode().split("|"), abs(arity), [_place(one) for one in places])


def _place(answer: list[Any]) -> dict[str, Any]:
    """The facts of one key specification, whatever part of it they stand in."""
    told = _pairs(answer)
    return {
        key: value
        for half in ("begin_search", "find_keys")
        for key, value in _pairs(_pairs(told[half]).get("spec") or []).items()
    }


def _pairs(flat: list[Any]) -> dict[str, Any]:
    return {key.decode(): value for key, value in zip(flat[::2], flat[1::2], strict=True)}
