"""The writer's side: which documents a schema lets be written, sorted by JSON type.

Alternatives are laid out, so that each of them meets the reader by itself. Where that loses anything, more documents
are thought to be written than are: `oneOf` counts as `anyOf`, and a keyword that is not known forbids nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from math import ceil, floor, inf
from typing import Any, Final

from tests.contract.compatibility.keywords import asserts
from tests.contract.compatibility.places import Place
from tests.contract.compatibility.values import TYPES, counted, has, identity, named_types, type_of

ANY_VALUE: Final = object()
_LAID_OUT: Final = frozenset({"$ref", "allOf", "anyOf"})
"""A schema of nothing else has no part of its own, so that a definition is met as the same parts everywhere."""


@dataclass(frozen=True, eq=False)
class Shape:
    """Documents of one JSON type that fit all `parts`; just the one `value` where the writer counts its values."""

    type: str
    parts: tuple[Place, ...]
    value: Any = ANY_VALUE

    @cached_property
    def said(self) -> list[Place]:
        """All that is known of the documents: the parts, and what follows from the value."""
        return [*self.parts, *([] if self.value is ANY_VALUE else [_alone(_described(self.value))])]

    def largest(self, keyword: str, otherwise: float = -inf) -> float:
        """The highest value that a part gives to `keyword`."""
        return max([part.keywords[keyword] for part in self.said if keyword in part.keywords], default=otherwise)

    def smallest(self, keyword: str, otherwise: float = inf) -> float:
        """The lowest value that a part gives to `keyword`."""
        return min([part.keywords[keyword] for part in self.said if keyword in part.keywords], default=otherwise)

    def says(self, keyword: str, value: object) -> bool:
        """Does a part give just this value to `keyword`?"""
        return any(
            keyword in part.keywords and identity(part.keywords[keyword]) == identity(value) for part in self.said
        )

    def lower(self) -> tuple[float, bool]:
        """The bound below a number, and whether the number may be the bound itself."""
        least, beyond = self.largest("minimum"), self.largest("exclusiveMinimum")
        if self.type == "integer":
            return max(_whole(ceil, least), _whole(floor, beyond) + 1), True
        return (beyond, False) if beyond >= least else (least, True)

    def upper(self) -> tuple[float, bool]:
        """The bound above a number, and whether the number may be the bound itself."""
        most, beyond = self.smallest("maximum"), self.smallest("exclusiveMaximum")
        if self.type == "integer":
            return min(_whole(floor, most), _whole(ceil, beyond) - 1), True
        return (beyond, False) if beyond <= most else (most, True)


def alternatives(written: Iterable[Place]) -> list[tuple[Place, ...]]:
    """What fits all of `written` fits all parts of one of these."""
    found: list[tuple[Place, ...]] = [()]
    for place in written:
        found = [before + after for before in found for after in _laid_out(place)]
    return found


def shapes(parts: tuple[Place, ...]) -> list[Shape]:
    """The documents that fit all `parts`, by type, and by value where values are counted."""
    types = TYPES.intersection(*(named_types(part.keywords) for part in parts))
    lists = [values for part in parts for values in counted(part.keywords)]
    if not lists:
        return [
            shape for one in sorted(types - {"integer"} if "number" in types else types) for shape in _of(one, parts)
        ]
    values = {identity(value): value for value in lists[0] if all(has(others, value) for others in lists)}
    return [Shape(type_of(value), parts, value) for value in values.values() if type_of(value) in types]


def _laid_out(place: Place) -> list[tuple[Place, ...]]:
    if place.schema is False:
        return []
    own = (place,) if asserts(place, besides=_LAID_OUT) else ()
    found = [(*own, *more) for more in alternatives(place.together())]
    for keyword in ("anyOf", "oneOf"):
        if keyword in place.keywords:
            branches = [parts for branch in place.listed(keyword) for parts in _laid_out(branch)]
            found = [before + after for before in found for after in branches]
    return found


def _of(type_: str, parts: tuple[Place, ...]) -> list[Shape]:
    counted_types: dict[str, list[Any]] = {"null": [None], "boolean": [False, True]}
    return [Shape(type_, parts, value) for value in counted_types.get(type_, [ANY_VALUE])]


def _described(value: Any) -> dict[str, Any]:
    """What bounds and structure say of a single value."""
    match type_of(value):
        case "integer" | "number":
            return {"minimum": value, "maximum": value}
        case "string":
            return {"minLength": len(value), "maxLength": len(value)}
        case "array":
            elements = {"prefixItems": [{"const": one} for one in value], "items": False, "minItems": len(value)}
            return elements | {"uniqueItems": len({identity(one) for one in value}) == len(value)}
        case "object":
            fields = {name: {"const": one} for name, one in value.items()}
            return {"properties": fields, "required": list(value), "additionalProperties": False}
        case _:
            return {}


def _alone(schema: dict[str, Any]) -> Place:
    return Place(schema, schema)


def _whole(rounded: Callable[[float], int], bound: float) -> float:
    return bound if abs(bound) == inf else rounded(bound)
