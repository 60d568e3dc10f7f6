"""Which documents a reader's schema certainly does not take: what `oneOf` needs to know of the other alternatives."""

from collections.abc import Iterator
from itertools import chain

from tests.contract.compatibility import objects
from tests.contract.compatibility.keywords import open_to_readers
from tests.contract.compatibility.places import Place
from tests.contract.compatibility.shapes import ANY_VALUE, Shape, alternatives, shapes
from tests.contract.compatibility.values import counted, has, named_types, type_of


def taken_types(reader: Place) -> frozenset[str]:
    """The JSON types of which the reader takes some value, or seems to."""
    if reader.schema is False:
        return frozenset()
    types = named_types(reader.keywords)
    for values in _closed(reader):
        types &= frozenset(map(type_of, values))
    for each in reader.together():
        types &= taken_types(each)
    for branches in _unions(reader):
        types &= frozenset(chain.from_iterable(map(taken_types, branches)))
    return types


def kept_apart(reader: Place, shape: Shape, *, by_fields: bool = True) -> bool:
    """Is no document of `shape` taken by the reader? False where that is not certain, or lies deeper than a field."""
    return (
        taken_types(reader).isdisjoint(_types(shape))
        or (shape.value is not ANY_VALUE and any(not has(values, shape.value) for values in _closed(reader)))
        or any(kept_apart(each, shape, by_fields=by_fields) for each in reader.together())
        or any(all(kept_apart(one, shape, by_fields=by_fields) for one in union) for union in _unions(reader))
        or (by_fields and shape.type == "object" and _told_by_a_field(reader, shape))
    )


def _told_by_a_field(reader: Place, shape: Shape) -> bool:
    """Does a field that is always written never fit, or one that the reader needs never come?"""
    for name in sorted(objects.always(shape) | set(reader.keywords.get("required", ()))):
        inner = reader.at(reader.keywords.get("properties", {}).get(name, True))
        written = [one for parts in alternatives(objects.field(shape, name)) for one in shapes(parts)]
        if all(kept_apart(inner, one, by_fields=False) for one in written):
            return True
    return False


def _types(shape: Shape) -> frozenset[str]:
    """A number may turn out to be an integer."""
    return frozenset({"number", "integer"} if shape.type == "number" and shape.value is ANY_VALUE else {shape.type})


def _closed(reader: Place) -> list[list[object]]:
    values = counted(reader.keywords)
    return values[1:] if "enum" in reader.keywords and open_to_readers(reader.keywords) else values


def _unions(reader: Place) -> Iterator[list[Place]]:
    return (reader.listed(keyword) for keyword in ("anyOf", "oneOf") if keyword in reader.keywords)
