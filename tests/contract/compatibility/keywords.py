"""Which keywords are compared, which say nothing about the data, and what is done about all others.

A keyword that is not known is never passed over: it must stand in both schemas with the same value, and the value
must mean the same to a writer and to a reader.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final

from tests.contract.compatibility.places import Place
from tests.contract.compatibility.values import identity

OPEN: Final = "x-open-to-readers"
"""Beside `enum`: the writer keeps to the values, a reader takes any."""

_OF_ANY: Final = {"$ref", "allOf", "anyOf", "oneOf", "type", "enum", "const", "format"}
_OF_NUMBERS: Final = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
_OF_STRINGS: Final = {"minLength", "maxLength", "pattern"}
_OF_ARRAYS: Final = {"items", "prefixItems", "minItems", "maxItems", "uniqueItems"}
_OF_OBJECTS: Final = {"properties", "required", "additionalProperties", "minProperties", "maxProperties"}
_COMPARED: Final = frozenset(_OF_ANY | _OF_NUMBERS | _OF_STRINGS | _OF_ARRAYS | _OF_OBJECTS)
_NAMES: Final = {"$schema", "$id", "$anchor", "$defs", "definitions"}
_NOTES: Final = {"$comment", "title", "description", "examples", "default", "deprecated", "discriminator"}
_SILENT: Final = frozenset(_NAMES | _NOTES)
"""`discriminator` (OpenAPI) only points out what the alternatives say themselves."""
_TWO_FACED: Final = frozenset({"$ref", "$dynamicRef", "additionalProperties", OPEN})
"""What stands beneath one of these may mean less to a reader than to a writer."""
_LOOKING_AROUND: Final = frozenset({"$dynamicRef", "$recursiveRef", "unevaluatedItems", "unevaluatedProperties"})
"""What these mean depends on what stands around them."""


def asserts(place: Place, besides: Collection[str] = ()) -> bool:
    """Does the schema refuse anything at all, `besides` what these keywords do?"""
    return any(not _silent(name) and name not in besides for name in place.keywords)


def unknown(place: Place) -> dict[str, Any]:
    """The keywords that are not known."""
    return {name: one for name, one in place.keywords.items() if name not in _COMPARED and not _silent(name)}


def same(one: Any, other: Any) -> bool:
    """Do two keywords' values mean the same, the first to a writer and the second to a reader?"""
    return identity(one) == identity(other) and _plain(other)


def open_to_readers(keywords: Mapping[str, Any]) -> bool:
    """Does a reader take values that `enum` does not name?"""
    return keywords.get(OPEN) is True


def _silent(name: str) -> bool:
    return name in _SILENT or name.startswith("x-")


def _plain(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(name not in _TWO_FACED | _LOOKING_AROUND and _plain(one) for name, one in value.items())
    return all(map(_plain, value)) if isinstance(value, list) else True
