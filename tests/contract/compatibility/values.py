"""JSON values: their types, and when two of them are the same (1 and 1.0 are, 1 and true are not)."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

TYPES: Final = frozenset({"null", "boolean", "integer", "number", "string", "array", "object"})


def type_of(value: Any) -> str:
    """The narrowest JSON Schema type of a JSON value."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "integer" if value == int(value) else "number"
        case str():
            return "string"
        case Mapping():
            return "object"
        case _:
            return "array"


def identity(value: Any) -> object:
    """Something hashable that is equal for values that are the same."""
    match value:
        case Mapping():
            return ("object", frozenset((name, identity(one)) for name, one in value.items()))
        case list() | tuple():
            return ("array", tuple(map(identity, value)))
        case bool() | None:
            return (type_of(value), value)
        case _:
            return value


def has(values: Iterable[Any], value: Any) -> bool:
    """Is `value` among them?"""
    return identity(value) in map(identity, values)


def named_types(keywords: Mapping[str, Any]) -> frozenset[str]:
    """What the keyword `type` allows; a number may be an integer."""
    named = keywords.get("type", TYPES)
    types = frozenset([named] if isinstance(named, str) else named)
    return types | {"integer"} if "number" in types else types


def counted(keywords: Mapping[str, Any]) -> list[list[Any]]:
    """The lists of values that `enum` and `const` allow."""
    return [
        *([keywords["enum"]] if "enum" in keywords else []),
        *([[keywords["const"]]] if "const" in keywords else []),
    ]
