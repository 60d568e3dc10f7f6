"""Schemas where they stand: inside a document, whose definitions their references mean."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

Schema = Mapping[str, Any] | bool

_ONE: Final = ("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames")
_ONE_MORE: Final = ("unevaluatedItems", "unevaluatedProperties", "contentSchema")
_LISTED: Final = ("allOf", "anyOf", "oneOf", "prefixItems")
_NAMED: Final = ("properties", "patternProperties", "dependentSchemas", "$defs", "definitions")


@dataclass(frozen=True, eq=False)
class Place:
    """A schema, and the document (or embedded resource with an `$id` of its own) that it is part of."""

    schema: Schema
    root: Schema

    @property
    def keywords(self) -> Mapping[str, Any]:
        """The schema as an object: `true` says nothing, `false` says `not` to everything."""
        return self.schema if isinstance(self.schema, Mapping) else {} if self.schema else {"not": {}}

    def at(self, schema: Schema) -> "Place":
        """A part of this schema, or of its document."""
        return Place(schema, schema if isinstance(schema, Mapping) and "$id" in schema else self.root)

    def listed(self, keyword: str) -> list["Place"]:
        """The schemas under `keyword`; none where it is not there."""
        return [self.at(schema) for schema in self.keywords.get(keyword, ())]

    def referred(self) -> "Place | None":
        """What `$ref` means. Raises ValueError where it leads nowhere inside the document."""
        if "$ref" not in self.keywords:
            return None
        reference = self.keywords["$ref"]
        found = _found(reference, self.root) if isinstance(reference, str) else None
        if not isinstance(found, Mapping | bool):
            raise ValueError(f"$ref {reference!r} leads nowhere")
        return self.at(found)

    def together(self) -> list["Place"]:
        """The schemas that must all hold here beside this one's own keywords."""
        target = self.referred()
        return [*([target] if target else []), *self.listed("allOf")]


def check(document: Schema) -> None:
    """Raises ValueError for a `$ref` that leads nowhere, or in a circle without coming to a field or an element.

    Likewise for what stands where a schema must be and is none, such as the list under `items` of earlier dialects.
    """
    seen: set[int] = set()
    waiting = [Place(document, document)]
    while waiting:
        place = waiting.pop()
        if not isinstance(place.schema, Mapping | bool):
            raise ValueError(f"{place.schema!r} is no schema")
        if id(place.schema) not in seen:
            seen.add(id(place.schema))
            _check_circles(place, frozenset())
            target = place.referred()
            waiting += [*_parts(place), *([target] if target else [])]


def _check_circles(place: Place, behind: frozenset[int]) -> None:
    if id(place.schema) in behind:
        raise ValueError(f"$ref {place.keywords.get('$ref', '#')!r} leads in a circle")
    if isinstance(place.schema, Mapping):
        for here in (*place.together(), *place.listed("anyOf"), *place.listed("oneOf")):
            _check_circles(here, behind | {id(place.schema)})


def _parts(place: Place) -> Iterator[Place]:
    keywords = place.keywords
    yield from (place.at(keywords[name]) for name in (*_ONE, *_ONE_MORE) if name in keywords)
    for name in _LISTED:
        yield from place.listed(name)
    for name in _NAMED:
        yield from map(place.at, keywords.get(name, {}).values())


def _found(reference: str, root: Schema) -> Any:
    """The value at a reference into `root`: `#` and a JSON pointer, perhaps behind the document's own `$id`."""
    resource, _, pointer = reference.partition("#")
    own = root.get("$id") if isinstance(root, Mapping) else None
    if (resource and resource != own) or (pointer and not pointer.startswith("/")):
        return None
    found: Any = root
    for token in unquote(pointer).split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        if isinstance(found, Mapping):
            found = found.get(key)
        elif isinstance(found, list) and key.isdecimal() and int(key) < len(found):
            found = found[int(key)]
        else:
            return None
    return found
