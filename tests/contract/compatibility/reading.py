"""The reader's side: whether every document that the writer may write is taken, and if not, why."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from tests.contract.compatibility import arrays, objects, scalars
from tests.contract.compatibility.keywords import asserts, open_to_readers, same, unknown
from tests.contract.compatibility.overlap import kept_apart, taken_types
from tests.contract.compatibility.places import Place
from tests.contract.compatibility.reason import Reason, either, field_of, not_taken, shown
from tests.contract.compatibility.shapes import ANY_VALUE, Shape, alternatives, shapes
from tests.contract.compatibility.values import counted, has, identity, named_types

MOST: Final = 100
"""So many reasons are told of a pair, the nearest: definitions that refer to each other lead to no end of paths."""

_Pair = tuple[object, ...]


class Reading:
    """One comparison. Definitions that refer to themselves are taken as compatible until a reason is found.

    That is the greatest fixed point, found by the algorithm of Amadio and Cardelli ("Subtyping Recursive Types",
    1993): a pair under way counts as compatible, and what was concluded from it goes when it turns out not to be.
    """

    def __init__(self) -> None:
        self._assumed: dict[_Pair, Shape] = {}
        self._refused: dict[_Pair, tuple[Shape, list[Reason]]] = {}

    def reasons(self, path: str, reader: Place, written: Sequence[Place]) -> list[Reason]:
        """Why the reader may refuse what fits all of `written`; none if it never does."""
        if not asserts(reader):
            return []
        taken = taken_types(reader)
        known = [identity(unknown(layer)) for layer in _layers(reader)]
        found: list[Reason] = []
        strangers: dict[str, None] = {}
        for parts in alternatives(written):
            found += _unheard_of(path, parts, known)
            for shape in shapes(parts):
                if shape.type in taken:
                    found += self._once(path, reader, shape)
                else:
                    strangers[shape.type] = None
        if strangers:
            found.append(Reason(path, not_taken(strangers, taken)))
        return list(dict.fromkeys(found))

    def _once(self, path: str, reader: Place, shape: Shape) -> list[Reason]:
        """The refusals, looked for once for each pair of reader and shape."""
        parts = frozenset(id(part.schema) for part in shape.parts)
        pair = (id(reader.schema), shape.type, parts, identity(shape.value))
        if pair not in self._assumed and pair not in self._refused:
            before = len(self._assumed)
            self._assumed[pair] = shape
            if found := self._refusals("", reader, shape):
                while len(self._assumed) > before:
                    self._assumed.popitem()
                nearest = sorted(found, key=lambda reason: reason.path.count("/")) if len(found) > MOST else found
                self._refused[pair] = (shape, nearest[:MOST])
        return [reason.below(path) for reason in self._refused[pair][1]] if pair in self._refused else []

    def _refusals(self, path: str, reader: Place, shape: Shape) -> list[Reason]:
        if reader.schema is False or shape.type not in named_types(reader.keywords):
            return [Reason(path, not_taken([shape.type], taken_types(reader)))]
        return [
            *(reason for each in reader.together() for reason in self._once(path, each, shape)),
            *self._of_any(path, reader, shape),
            *self._of_one(path, reader, shape),
            *(Reason(path, words) for words in _own_words(reader, shape)),
            *self._of_structure(path, reader, shape),
        ]

    def _of_any(self, path: str, reader: Place, shape: Shape) -> list[Reason]:
        """Alternatives that cannot take the shape are only looked into when no other does, to say why."""
        if "anyOf" not in reader.keywords:
            return []
        branches = reader.listed("anyOf")
        likely = [branch for branch in branches if not kept_apart(branch, shape)]
        return self._nearest(path, shape, likely or branches)

    def _of_one(self, path: str, reader: Place, shape: Shape) -> list[Reason]:
        """`oneOf` is broken by two that fit as well as by none."""
        if "oneOf" not in reader.keywords or _in_common("oneOf", reader, shape):
            return []
        branches = reader.listed("oneOf")
        likely = [branch for branch in branches if not kept_apart(branch, shape)]
        found = self._nearest(path, shape, likely or branches)
        if found or len(likely) == 1:
            return found
        return [Reason(path, "may fit more than one alternative, where the reader takes what fits just one (oneOf)")]

    def _nearest(self, path: str, shape: Shape, branches: list[Place]) -> list[Reason]:
        """The reasons of the alternative that comes nearest to taking the shape; none if one takes it."""
        able = [branch for branch in branches if shape.type in taken_types(branch)]
        if not able:
            taken = frozenset[str]().union(*map(taken_types, branches))
            return [Reason(path, not_taken([shape.type], taken))]
        nearest: list[Reason] | None = None
        for branch in able:
            found = self._once(path, branch, shape)
            if nearest is None or len(found) < len(nearest):
                nearest = found
            if not found:
                break
        return nearest or []

    def _of_structure(self, path: str, reader: Place, shape: Shape) -> Iterator[Reason]:
        if shape.type == "object":
            yield from self._of_fields(path, reader, shape)
        elif shape.type == "array":
            yield from self._of_elements(path, reader, shape)

    def _of_fields(self, path: str, reader: Place, shape: Shape) -> Iterator[Reason]:
        """The reader passes over fields that it does not know: `additionalProperties: false` is the writer's word."""
        always, properties = objects.always(shape), reader.keywords.get("properties", {})
        for name in reader.keywords.get("required", ()):
            if name not in always:
                yield Reason(field_of(path, name), f"{name} is required by the reader and not always written")
        for name, schema in properties.items():
            yield from self.reasons(field_of(path, name), reader.at(schema), objects.field(shape, name))
        others = reader.at(reader.keywords.get("additionalProperties", True))
        if others.schema is not False:
            for name in (name for name in objects.named(shape) if name not in properties):
                yield from self.reasons(field_of(path, name), others, objects.field(shape, name))
            yield from self.reasons(f"{path}/*", others, objects.rest(shape))

    def _of_elements(self, path: str, reader: Place, shape: Shape) -> Iterator[Reason]:
        longest, firsts = arrays.longest(shape), arrays.firsts(reader, shape)
        for position in (*(one for one in range(firsts) if one < longest), *([firsts] if firsts < longest else [])):
            place = f"{path}/{position if position < firsts else '*'}"
            written = [arrays.element(part, position) for part in shape.said]
            yield from self.reasons(place, arrays.element(reader, position), written)


def _own_words(reader: Place, shape: Shape) -> Iterator[str]:
    keywords = reader.keywords
    yield from _of_values(reader, shape)
    yield from scalars.refused_format(keywords, shape)
    match shape.type:
        case "integer" | "number":
            yield from scalars.refused_number(keywords, shape)
        case "string":
            yield from scalars.refused_string(keywords, shape)
        case "array":
            yield from arrays.refused_size(keywords, shape)
        case "object":
            yield from objects.refused_size(keywords, shape)
    strange = unknown(reader)
    if strange and not any(same(unknown(part), strange) for part in shape.parts):
        yield f"the reader has {either(strange)}, which is not compared"


def _of_values(reader: Place, shape: Shape) -> Iterator[str]:
    for values in counted(reader.keywords):
        if values is reader.keywords.get("enum") and open_to_readers(reader.keywords):
            continue
        if shape.value is ANY_VALUE:
            yield f"may be something else than {either(map(shown, values))}, which is all that the reader knows"
        elif not has(values, shape.value):
            yield f"{shown(shape.value)} is a value the reader does not know"


def _unheard_of(path: str, parts: Iterable[Place], known: list[object]) -> Iterator[Reason]:
    """What the writer says with keywords that are not known, and the reader does not say likewise."""
    for strange in map(unknown, parts):
        if strange and identity(strange) not in known:
            yield Reason(path, f"the writer has {either(strange)}, which is not compared")


def _layers(place: Place) -> Iterator[Place]:
    """A schema and all that it is put together from for the same piece of data."""
    yield place
    for each in (*place.together(), *place.listed("anyOf"), *place.listed("oneOf")):
        yield from _layers(each)


def _in_common(keyword: str, reader: Place, shape: Shape) -> bool:
    mine = reader.keywords[keyword]
    return any(same(part.keywords[keyword], mine) for part in shape.parts if keyword in part.keywords)
