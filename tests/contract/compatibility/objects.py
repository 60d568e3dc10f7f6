"""Objects: which fields are written, and with what in them."""

from collections.abc import Iterator, Mapping
from math import inf
from typing import Any

from tests.contract.compatibility.places import Place
from tests.contract.compatibility.shapes import Shape


def always(shape: Shape) -> set[str]:
    """The fields that are always written."""
    return {name for part in shape.said for name in part.keywords.get("required", ())}


def named(shape: Shape) -> list[str]:
    """The fields that the writer names, in its order."""
    return list(dict.fromkeys(name for part in shape.said for name in part.keywords.get("properties", ())))


def field(shape: Shape, name: str) -> list[Place]:
    """What holds of the field `name` where it is written. `false` among it: it never is."""
    return [part.at(_field(part.keywords, name)) for part in shape.said]


def rest(shape: Shape) -> list[Place]:
    """What holds of a field that the writer does not name."""
    return [part.at(_rest(part.keywords)) for part in shape.said]


def refused_size(reader: Mapping[str, Any], shape: Shape) -> Iterator[str]:
    """May there be too few fields or too many?"""
    least = max(shape.largest("minProperties", 0), len(always(shape)))
    closed = any(place.schema is False for place in rest(shape))
    writable = sum(all(place.schema is not False for place in field(shape, name)) for name in named(shape))
    most = min(shape.smallest("maxProperties"), writable if closed else inf)
    if (bound := reader.get("minProperties", 0)) > least:
        yield f"may have fewer than {bound} fields, the fewest that the reader takes"
    if (bound := reader.get("maxProperties", inf)) < most:
        yield f"may have more than {bound} fields, the most that the reader takes"


def _field(keywords: Mapping[str, Any], name: str) -> Any:
    properties = keywords.get("properties", {})
    return properties[name] if name in properties else _rest(keywords)


def _rest(keywords: Mapping[str, Any]) -> Any:
    """Patterns of names are not looked into: what does not match one may still match the other."""
    return True if "patternProperties" in keywords else keywords.get("additionalProperties", True)
