"""Why a reader would refuse what is written, in words for those who changed the schema."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final

import msgspec

_TYPES: Final = {
    "null": "null",
    "boolean": "a boolean",
    "integer": "an integer",
    "number": "a number",
    "string": "a string",
    "array": "an array",
    "object": "an object",
}


@dataclass(frozen=True)
class Reason:
    """`path` is the place in the data, a JSON pointer (RFC 6901) with `*` for any element or any other field."""

    path: str
    words: str

    def __str__(self) -> str:
        return f"{self.path or '/'}: {self.words}"

    def below(self, path: str) -> "Reason":
        """The same of a document that stands at `path` in a larger one."""
        return Reason(path + self.path, self.words)


def field_of(path: str, name: str) -> str:
    """The path of the field `name` of the object at `path`."""
    return f"{path}/{name.replace('~', '~0').replace('/', '~1')}"


def shown(value: Any) -> str:
    """A value as people read it: a string bare, unless that would not be seen."""
    return value if isinstance(value, str) and value.strip() else msgspec.json.encode(value).decode()


def not_taken(types: Collection[str], taken: frozenset[str]) -> str:
    """What is said of JSON types that are written where the reader takes only those of `taken`."""
    names = _TYPES | ({"number": "a number that is no integer"} if "integer" in taken else {})
    return f"may be {either(names[one] for one in names if one in types)}, which the reader does not take"


def either(names: Iterable[str]) -> str:
    """`a, b or c`."""
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last
