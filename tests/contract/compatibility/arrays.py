"""Arrays: how many elements are written, and which."""

from collections.abc import Iterator, Mapping
from math import inf
from typing import Any

from tests.contract.compatibility.places import Place
from tests.contract.compatibility.shapes import Shape


def element(place: Place, position: int) -> Place:
    """What holds of the element at `position`."""
    firsts = place.listed("prefixItems")
    return firsts[position] if position < len(firsts) else place.at(place.keywords.get("items", True))


def longest(shape: Shape) -> float:
    """The most elements that are written."""
    ends = [len(part.listed("prefixItems")) for part in shape.said if part.keywords.get("items") is False]
    return min([shape.smallest("maxItems"), *ends])


def firsts(reader: Place, shape: Shape) -> int:
    """So many positions have a schema of their own, on one side or the other."""
    return max(len(place.listed("prefixItems")) for place in (reader, *shape.said))


def refused_size(reader: Mapping[str, Any], shape: Shape) -> Iterator[str]:
    """May there be too few elements, too many, or the same one twice?"""
    if (bound := reader.get("minItems", 0)) > shape.largest("minItems", 0):
        yield f"may have fewer than {bound} elements, the fewest that the reader takes"
    if (bound := reader.get("maxItems", inf)) < longest(shape):
        yield f"may have more than {bound} elements, the most that the reader takes"
    if reader.get("uniqueItems", False) and not shape.says("uniqueItems", True) and longest(shape) > 1:
        yield "may have an element twice, which the reader does not take"
