"""Schemas at random, changes to them, and documents for them: small and close together, so that they touch."""

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from typing import Any, Final

import jsonschema_rs
from hypothesis import strategies as st

from tests.contract.compatibility import Schema
from tests.contract.compatibility.test_compatibility_unions import CHANGES

Draw = Callable[[st.SearchStrategy[Any]], Any]

NAMES: Final = ("a", "b", "c")
_TYPES: Final = ("null", "boolean", "integer", "number", "string", "array", "object")
VALUES: Final[tuple[Any, ...]] = (
    None,
    False,
    True,
    -1,
    0,
    1,
    2,
    2.5,
    3.0,
    6,
    "",
    "a",
    "ab",
    "b",
    "2024-02-29",
    [],
    [1],
    [1, "a"],
    {},
)
_TEXTS: Final = st.text("ab", max_size=4)
_DATES: Final = st.dates().map(str)
_UUIDS: Final = st.uuids().map(str)
_small: Final = st.integers(min_value=0, max_value=5)
_size: Final = st.integers(min_value=0, max_value=3)
_KEYWORDS: Final[dict[str, dict[str, st.SearchStrategy[Any]]]] = {
    "number": {
        "minimum": _small,
        "maximum": _small,
        "exclusiveMinimum": _small,
        "exclusiveMaximum": st.sampled_from([2, 3.5, 5]),
        "multipleOf": st.sampled_from([0.5, 1, 2, 3, 4]),
    },
    "string": {
        "minLength": _size,
        "maxLength": _size,
        "pattern": st.sampled_from(["^a", "b$", "^a*$"]),
        "format": st.sampled_from(["date", "uuid"]),
    },
    "array": {
        "minItems": _size,
        "maxItems": _size,
        "uniqueItems": st.booleans(),
        "contains": st.just({"type": "integer"}),
        "minContains": _size,
    },
    "object": {
        "required": st.lists(st.sampled_from(NAMES), unique=True, max_size=2),
        "minProperties": _size,
        "maxProperties": _size,
        "patternProperties": st.sampled_from([{"^a": {"type": "integer"}}, {"^[ab]": True}]),
        "propertyNames": st.just({"pattern": "^[ab]"}),
        "dependentRequired": st.just({"a": ["b"]}),
        "unevaluatedProperties": st.just(False),
    },
    "any": {
        "enum": st.lists(st.sampled_from([*VALUES, {"a": 1}]), min_size=1, max_size=4, unique_by=repr),
        "const": st.sampled_from(VALUES),
        "x-open-to-readers": st.just(True),
        "title": st.sampled_from(["old", "new"]),
        "not": st.sampled_from([{"const": 1}, {"type": "null"}, {"additionalProperties": False}]),
        "if": st.just({"minimum": 2}),
        "then": st.sampled_from([{"multipleOf": 2}, False]),
    },
}
_ALL: Final = {name: strategy for group in _KEYWORDS.values() for name, strategy in group.items()}
_NUMBER, _STRING = {"type": "number"}, {"type": "string"}
_ITSELF: Final = {"type": "array", "items": {"$ref": "#/$defs/D"}}
_DEFINITIONS: Final[tuple[dict[str, Any], ...]] = (
    {"type": "object", "properties": {"a": _NUMBER}, "required": ["a"], "additionalProperties": False},
    {"type": "object", "properties": {"a": _STRING, "b": _ITSELF}, "required": ["a"], "additionalProperties": False},
    {"type": "object", "properties": {"c": {"$ref": "#/$defs/D"}, "a": {"enum": [1, 2]}}},
)


def opened(schema: Any) -> Any:
    """What a tolerant reader makes of its schema: more fields are passed over, and marked values are examples."""
    if isinstance(schema, list):
        return [opened(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    closing = {"additionalProperties"} if schema.get("additionalProperties") is False else set()
    closing |= {"enum"} if schema.get("x-open-to-readers") is True else set()
    return {name: opened(one) for name, one in schema.items() if name not in closing}


def validator(schema: Schema) -> jsonschema_rs.Draft202012Validator:
    """Formats count."""
    document = schema if isinstance(schema, bool) else dict(schema)
    return jsonschema_rs.Draft202012Validator(document, validate_formats=True)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Schema, Schema]:
    """A schema and another one that came of it, in either order."""
    change = _pick(draw, CHANGES)
    old = change.old if draw(st.booleans()) else {**_schema(draw, 0), "$defs": {"D": _pick(draw, _DEFINITIONS)}}
    new = change.new if old is change.old and draw(st.booleans()) else _changed(draw, old)
    return (old, new) if draw(st.booleans()) else (new, old)


@st.composite
def documents(draw: st.DrawFn, schema: Schema) -> Any:
    """Mostly what fits `schema`."""
    return _document(draw, schema, schema, 0)


def _pick(draw: Draw, options: Sequence[Any]) -> Any:
    """Like `sampled_from`, which is slow to make and is made many times here."""
    return options[draw(st.integers(0, len(options) - 1))]


def _some(draw: Draw, kind: str, most: int = 2) -> dict[str, Any]:
    names = {_pick(draw, [*_KEYWORDS[kind]]) for _ in range(_pick(draw, range(most + 1)))}
    return {name: draw(_ALL[name]) for name in sorted(names)}


def _schema(draw: Draw, depth: int) -> dict[str, Any]:
    made: dict[str, Any] = _pick(draw, [*_FLAT, *(_DEEP if depth < 2 else []), *([_reference] if depth else [])])(
        draw, depth
    )
    return made


def _number(draw: Draw, depth: int) -> dict[str, Any]:
    return {"type": _pick(draw, ["number", "integer"]), **_some(draw, "number")}


def _string(draw: Draw, depth: int) -> dict[str, Any]:
    return {"type": "string", **_some(draw, "string")}


def _values(draw: Draw, depth: int) -> dict[str, Any]:
    return {"enum": draw(_ALL["enum"]), "x-open-to-readers": draw(st.booleans())}


def _types(draw: Draw, depth: int) -> dict[str, Any]:
    types = {_pick(draw, _TYPES) for _ in range(_pick(draw, range(1, 4)))}
    return {"type": sorted(types), **_some(draw, "any", 1)}


def _anything(draw: Draw, depth: int) -> dict[str, Any]:
    return _some(draw, "any", 1)


def _reference(draw: Draw, depth: int) -> dict[str, Any]:
    return {"$ref": "#/$defs/D"}


def _union(draw: Draw, depth: int) -> dict[str, Any]:
    keyword = _pick(draw, ["anyOf", "oneOf", "allOf"])
    return {keyword: [_schema(draw, depth + 1) for _ in range(_pick(draw, range(1, 4)))]}


def _array(draw: Draw, depth: int) -> dict[str, Any]:
    schema = {"type": "array", "items": _schema(draw, depth + 1), **_some(draw, "array", 1)}
    if _pick(draw, [False, False, True]):
        schema["prefixItems"] = [_schema(draw, depth + 1)]
        schema["items"] = _pick(draw, [False, schema["items"]])
    return schema


def _object(draw: Draw, depth: int) -> dict[str, Any]:
    names = sorted({_pick(draw, NAMES) for _ in range(_pick(draw, range(3)))})
    properties = {name: _schema(draw, depth + 1) for name in names}
    rest = _pick(draw, [False, False, False, True, {"type": "integer"}, {"type": ["string", "integer"]}])
    schema = {"type": "object", "properties": properties, "required": names[:1], "additionalProperties": rest}
    return schema | _some(draw, "object", 1) if _pick(draw, [False, False, True]) else schema


_FLAT: Final = [_number, _string, _values, _types, _anything]
_DEEP: Final = [_array, _object, _object, _union]


def _changed(draw: Draw, schema: Schema) -> Schema:
    """`schema` with one of its parts put otherwise, in a copy."""
    if isinstance(schema, bool):
        return schema
    changed = deepcopy({**schema, "$defs": {"D": _DEFINITIONS[0], **schema.get("$defs", {})}})
    part, holder, key = _pick(draw, [*_parts(changed)])
    kind = part.get("type", "any")
    match _pick(draw, ["add", "drop", "redraw", "replace", "alternative"]):
        case "drop" if droppable := sorted(part.keys() - {"$defs", "$ref"}):
            del part[_pick(draw, droppable)]
        case "redraw" if redrawable := sorted(part.keys() & _ALL.keys()):
            name = _pick(draw, redrawable)
            part[name] = draw(_ALL[name])
        case "replace" if holder is not None:
            holder[key] = _pick(draw, [True, False, _schema(draw, 1)])
        case "alternative" if holder is not None:
            holder[key] = {_pick(draw, ["anyOf", "oneOf"]): [_schema(draw, 1), part]}
        case _:
            name = _pick(draw, [*_KEYWORDS[kind if isinstance(kind, str) and kind in _KEYWORDS else "any"]])
            part[name] = draw(_ALL[name])
    return changed


def _parts(schema: Any, holder: Any = None, key: Any = None) -> Iterator[tuple[dict[str, Any], Any, Any]]:
    """Every schema in `schema`, and what holds it; none holds the whole and the definition."""
    if isinstance(schema, bool):
        return
    yield schema, holder, key
    for name in ("properties", "$defs"):
        for field, inner in schema.get(name, {}).items():
            yield from _parts(inner, *((schema[name], field) if name == "properties" else ()))
    for name in ("items", "additionalProperties"):
        yield from _parts(schema.get(name, True), schema, name)
    for name in ("anyOf", "oneOf", "allOf", "prefixItems"):
        for position, inner in enumerate(schema.get(name, [])):
            yield from _parts(inner, schema[name], position)


def _document(draw: Draw, schema: Any, root: Any, depth: int) -> Any:
    if isinstance(schema, bool) or depth > 3:
        return _pick(draw, VALUES)
    if "$ref" in schema:
        return _document(draw, root["$defs"][schema["$ref"].rpartition("/")[2]], root, depth + 1)
    for keyword in [name for name in ("anyOf", "oneOf", "allOf") if name in schema]:
        branch = _pick(draw, schema[keyword])
        rest = {name: one for name, one in schema.items() if name != keyword}
        return _document(draw, rest if isinstance(branch, bool) else branch | rest, root, depth)
    if "enum" in schema or "const" in schema:
        return _pick(draw, schema.get("enum") or [schema["const"]])
    types = schema.get("type", _TYPES)
    type_ = _pick(draw, [types] if isinstance(types, str) else types)
    if type_ in {"array", "object"}:
        return (_elements if type_ == "array" else _fields)(draw, schema, root, depth)
    return _scalar(draw, type_, schema)


def _elements(draw: Draw, schema: Any, root: Any, depth: int) -> list[Any]:
    firsts, items = schema.get("prefixItems", []), schema.get("items", True)
    places = [*firsts, *([items] * 4 if items is not False else [])]
    least = min(schema.get("minItems", 0), len(places))
    return [_document(draw, place, root, depth + 1) for place in places[: _pick(draw, range(least, len(places) + 1))]]


def _fields(draw: Draw, schema: Any, root: Any, depth: int) -> dict[str, Any]:
    properties, rest = schema.get("properties", {}), schema.get("additionalProperties", True)
    names = [*properties, *(name for name in NAMES if name not in properties and rest is not False)]
    written = [name for name in names if name in schema.get("required", []) or draw(st.booleans())]
    return {name: _document(draw, properties.get(name, rest), root, depth + 1) for name in written}


def _scalar(draw: Draw, type_: str, schema: Any) -> Any:
    scalars: dict[str, st.SearchStrategy[Any]] = {
        "null": st.none(),
        "boolean": st.booleans(),
        "integer": st.integers(-2, 10),
        "number": st.integers(-4, 20).map(lambda half: half / 2),
        "string": {"date": _DATES, "uuid": _UUIDS}.get(schema.get("format"), _TEXTS),
    }
    return draw(scalars[type_])


def test_a_tolerant_reader_passes_over_fields_and_takes_unknown_values() -> None:
    closed = {"properties": {"a": {"enum": ["A"]}}, "additionalProperties": False}
    marked = {"properties": {"a": {"enum": ["A"], "x-open-to-readers": True}}, "additionalProperties": {"type": "null"}}
    assert not validator(closed).is_valid({"a": "A", "b": 1})
    assert validator(opened(closed)).is_valid({"a": "A", "b": 1})
    assert not validator(opened(closed)).is_valid({"a": "B"})
    assert validator(opened(marked)).is_valid({"a": "B", "b": None})
    assert not validator(opened(marked)).is_valid({"b": 1})
