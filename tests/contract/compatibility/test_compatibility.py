"""The verdict on a changed schema: what each kind of change does to readers and to the log."""

from typing import Any, NamedTuple

import pytest

from tests.contract.compatibility import Comparison, Reason, Schema, Verdict, compare
from tests.contract.events.goldens import names, schema

INTEGER, NUMBER, STRING, NULL, BOOLEAN = ({"type": t} for t in ("integer", "number", "string", "null", "boolean"))
ADDRESS: dict[str, Any] = {"type": "object", "properties": {"city": STRING}, "required": ["city"]}
FULL, BACKWARD, FORWARD, NONE = Verdict


class Change(NamedTuple):
    """`old` becomes `new`. What keeps it from being BACKWARD is found at `at`, likewise FORWARD unless it says `ahead`.

    `in_doubt`: there need be no document that proves it.
    """

    name: str
    old: Schema
    new: Schema
    verdict: Verdict
    at: str = ""
    ahead: str | None = None
    in_doubt: bool = False


def record(*optional: str, closed: object = False, **required: Schema) -> dict[str, Any]:
    """An object that a writer always fills; `optional` are strings that it may leave out."""
    fields = {**required, **dict.fromkeys(optional, STRING)}
    return {"type": "object", "properties": fields, "required": [*required], "additionalProperties": closed}


def array(items: Schema = INTEGER, **more: object) -> dict[str, Any]:
    return {"type": "array", "items": items, **more}


def pair(*firsts: Schema, items: Schema = False, **more: object) -> dict[str, Any]:
    return {"type": "array", "prefixItems": [*firsts], "items": items, **more}


def union(*branches: Schema, of: str = "anyOf") -> dict[str, Any]:
    return {of: [*branches]}


def parts(*all_of: Schema) -> dict[str, Any]:
    return {"allOf": [*all_of]}


def values(*enum: object, **more: object) -> dict[str, Any]:
    return {"enum": [*enum], **more}


def defined(schema: Schema, **definitions: Schema) -> dict[str, Any]:
    return {"properties": {"a": schema}, "$defs": definitions, "additionalProperties": False}


def ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}


def opened(*enum: str) -> dict[str, Any]:
    return {"type": "string", "enum": [*enum], "x-open-to-readers": True}


PREFIXED = {"patternProperties": {"^a": STRING}}

FIELDS = [
    Change("nothing changes", record("b", a=INTEGER), record("b", a=INTEGER), FULL),
    Change("an optional field comes", record(a=INTEGER), record("b", a=INTEGER), FULL),
    Change("an optional field goes", record("b", a=INTEGER), record(a=INTEGER), FULL),
    Change("a required field comes", record(a=INTEGER), record(a=INTEGER, b=STRING), FORWARD, "/b"),
    Change("a required field goes", record(a=INTEGER, b=STRING), record(a=INTEGER), BACKWARD, "/b"),
    Change("a field is renamed", record(a=INTEGER), record(b=INTEGER), NONE, "/b", "/a"),
    Change("a field becomes required", record("a"), record(a=STRING), FORWARD, "/a"),
    Change("a field with a default comes", defined(True), defined(True, b=INTEGER), FULL),
    Change("a field gets another type", record(a=INTEGER), record(a=STRING), NONE, "/a"),
    Change("a field of a field comes", record(a=record()), record(a=record(b=NULL)), FORWARD, "/a/b"),
    Change("a name with a slash", record(**{"a/~b": NULL}), record(**{"a/~b": BOOLEAN}), NONE, "/a~1~0b"),
    Change("the writer opens its object", record(), record(closed=True), FULL),
    Change("an open object gets a field", record(closed=True), record("b", closed=True), FORWARD, "/b"),
    Change("a field must no longer be", record("b"), {**record(), "properties": {"b": False}}, FORWARD, "/b"),
    Change("a map takes wider values", record(closed=INTEGER), record(closed=NUMBER), BACKWARD, "/*"),
    Change("a map beside a field", record(a=NULL, closed=INTEGER), record(a=NULL, closed=NUMBER), BACKWARD, "/*"),
    Change("a map of numbers becomes a record", record(closed=INTEGER), record("b"), NONE, "/b"),
    Change("a record becomes a map", record("b"), record(closed=STRING), FULL),
    Change("a map leaves out a field's type", record("b", a=NULL), record(closed=STRING), NONE, "/a"),
    Change("more fields at least", record("a", "b"), record("a", "b") | {"minProperties": 1}, FORWARD),
    Change("as many fields as are required", record("b", a=NULL), record("b", a=NULL) | {"minProperties": 1}, FULL),
    Change(
        "as many fields as one part names",
        parts(record("a"), record("a", closed=True)),
        parts(record("a"), {"maxProperties": 1}),
        FULL,
    ),
    Change("names of a pattern", {**PREFIXED, **record()}, {**PREFIXED, **record(a=INTEGER)}, FORWARD, "/a"),
    Change("as many fields as are named", record("a", "b"), record("a", "b") | {"maxProperties": 2}, FULL),
    Change("fewer fields at most", record("a", "b"), record("a", "b") | {"maxProperties": 1}, FORWARD),
]
TYPES = [
    Change("a type is widened", record(a=STRING), record(a={"type": ["string", "null"]}), BACKWARD, "/a"),
    Change("a list of types is put in order", {"type": ["null", "string"]}, {"type": ["string", "null"]}, FULL),
    Change("integer becomes number", INTEGER, NUMBER, BACKWARD),
    Change("a number becomes an integer", record(a=NUMBER), record(a=INTEGER), FORWARD, "/a"),
    Change("null comes as an alternative", record(a=STRING), record(a=union(STRING, NULL)), BACKWARD, "/a"),
    Change("null goes", union(STRING, NULL, of="oneOf"), STRING, FORWARD),
    Change("null is said in another way", union(INTEGER, NULL), {"type": ["integer", "null"]}, FULL),
    Change("null is one of the values", union(values("A"), values(None)), values("A", None), FULL),
    Change("a type is no longer told", record(a=STRING), record(a={}), BACKWARD, "/a"),
    Change("false takes nothing", True, False, FORWARD),
    Change("true is the empty schema", True, {}, FULL),
]
VALUES = [
    Change("a value comes", record(a=values("A")), record(a=values("A", "B")), BACKWARD, "/a"),
    Change("a value goes", values("A", "B"), values("A"), FORWARD),
    Change("a value takes another's place", values("A"), values("B"), NONE),
    Change("a value comes where readers take any", opened("A"), opened("A", "B"), FULL),
    Change("a value goes where readers take any", opened("A", "B"), opened("A"), FULL),
    Change("values are opened, and one comes", values("A", type="string"), opened("A", "B"), BACKWARD),
    Change("values are opened, and one goes", values("A", "B"), opened("A"), FULL),
    Change("values are closed, and one comes", opened("A"), values("A", "B", type="string"), FULL),
    Change("values are closed, and one goes", opened("A", "B"), values("A"), FORWARD),
    Change("open values are of a type", opened("A"), opened("A") | {"type": "integer", "enum": [1]}, NONE),
    Change("values give way to any string", values("A"), STRING, BACKWARD),
    Change("any string gives way to open values", STRING, opened("A"), FULL),
    Change("a constant is a single value", {"const": "A"}, values("A"), FULL),
    Change("a constant changes", record(a={"const": 1}), record(a={"const": 2}), NONE, "/a"),
    Change("1 is 1.0 and not true", values(1), values(1.0, True), BACKWARD),
    Change("true is not false", values(True), values(False), NONE),
    Change("1.5 is no integer", values(1, 1.5), values(1) | INTEGER, FORWARD),
    Change("values of the same kind", values([1], {"a": 1}, {"b": 1}), values([2], {"a": 2}, {"a": 1}), NONE),
    Change("a boolean is always true", BOOLEAN, values(True), FORWARD),
    Change("a boolean is always false", BOOLEAN, values(False), FORWARD),
    Change("a constant among values", values("A", "B", const="A"), values("A"), FULL),
    Change("a value of two elements", values([1, 2]), array(minItems=2), BACKWARD),
    Change("a value without twins", values([1, 2]), array(uniqueItems=True), BACKWARD),
    Change("a value with twins", values([1, 1]), array(uniqueItems=True), NONE),
    Change("both booleans are all booleans", BOOLEAN, values(True, False), FULL),
    Change("values within the bounds", values(1, 2), {**INTEGER, "minimum": 1, "maximum": 3}, BACKWARD),
    Change("values beyond the bounds", values("", "abc"), {**STRING, "minLength": 1, "maxLength": 3}, NONE),
    Change("values with fields", values({"a": 1}), record(a=INTEGER), BACKWARD),
    Change("values with elements", {"const": [1, "a"]}, array(STRING, minItems=2), NONE, "/0", ""),
    Change("values of another type than is told", values("A", 1, type="string"), values("A"), FULL),
]
BOUNDS = [
    Change("a minimum falls", {**INTEGER, "minimum": 1}, {**INTEGER, "minimum": 0}, BACKWARD),
    Change("a maximum falls", record(a={**INTEGER, "maximum": 9}), record(a={**INTEGER, "maximum": 8}), FORWARD, "/a"),
    Change("a minimum comes", NUMBER, {**NUMBER, "minimum": 0}, FORWARD),
    Change("half is not 1", {**NUMBER, "minimum": 0.5}, {**NUMBER, "minimum": 1}, FORWARD),
    Change("9.5 is not 9", {**NUMBER, "maximum": 9.5}, {**NUMBER, "maximum": 9}, FORWARD),
    Change("half or more is 1 or more", {**INTEGER, "minimum": 0.5}, {**INTEGER, "minimum": 1}, FULL),
    Change("9.5 or less is 9 or less", {**INTEGER, "maximum": 9.5}, {**INTEGER, "maximum": 9}, FULL),
    Change("an integer more than its minimum", {**INTEGER, "minimum": 1}, {**INTEGER, "exclusiveMinimum": 1}, FORWARD),
    Change("the stricter of two bounds", {"minimum": 5, "exclusiveMinimum": 5}, {"exclusiveMinimum": 5}, FULL),
    Change("the stricter of two upper bounds", {"maximum": 5, "exclusiveMaximum": 5}, {"exclusiveMaximum": 5}, FULL),
    Change("a bound is left out", {**NUMBER, "minimum": 0}, {**NUMBER, "exclusiveMinimum": 0}, FORWARD),
    Change("a bound is taken in", {**NUMBER, "exclusiveMaximum": 9}, {**NUMBER, "maximum": 9}, BACKWARD),
    Change("more than 0 is 1 or more", {**INTEGER, "exclusiveMinimum": 0}, {**INTEGER, "minimum": 1}, FULL),
    Change("less than 9.5 is 9 or less", {**INTEGER, "exclusiveMaximum": 9.5}, {**INTEGER, "maximum": 9}, FULL),
    Change("an exclusive maximum rises", {**INTEGER, "exclusiveMaximum": 5}, {**INTEGER, "maximum": 5}, BACKWARD),
    Change("steps become finer", {**NUMBER, "multipleOf": 0.3}, {**NUMBER, "multipleOf": 0.1}, BACKWARD),
    Change("steps cross", {**INTEGER, "multipleOf": 4}, {**INTEGER, "multipleOf": 6}, NONE),
    Change("integers are multiples of 1", INTEGER, {**INTEGER, "multipleOf": 1}, FULL),
    Change("a string may be longer", record(a={**STRING, "maxLength": 3}), record(a=STRING), BACKWARD, "/a"),
    Change("a string may be empty", {**STRING, "minLength": 1}, {**STRING, "minLength": 0}, BACKWARD),
    Change("a pattern comes", STRING, {**STRING, "pattern": "^a"}, FORWARD),
    Change("a pattern changes", {**STRING, "pattern": "^a"}, {**STRING, "pattern": "^b"}, NONE),
    Change("a format goes", {**STRING, "format": "uuid"}, STRING, BACKWARD),
    Change("a format changes", {**STRING, "format": "uuid"}, {**STRING, "format": "date"}, NONE),
]
ARRAYS = [
    Change("elements are widened", array(INTEGER), array(NUMBER), BACKWARD, "/*"),
    Change("elements change inside", record(a=array(ADDRESS)), record(a=array(record())), BACKWARD, "/a/*/city"),
    Change("elements may be fewer", array(minItems=2), array(minItems=1), BACKWARD),
    Change("elements may be more", record(a=array(maxItems=2)), record(a=array(maxItems=3)), BACKWARD, "/a"),
    Change("elements may come twice", array(uniqueItems=True), array(), BACKWARD),
    Change("elements never come twice", array(uniqueItems=True), array(NUMBER, uniqueItems=True), BACKWARD, "/*"),
    Change("two elements may be the same", array(maxItems=2), array(maxItems=2, uniqueItems=True), FORWARD),
    Change("a single element never comes twice", array(maxItems=1), array(maxItems=1, uniqueItems=True), FULL),
    Change("a first element is told", array(), array(prefixItems=[STRING]), NONE, "/0"),
    Change("a second element comes", pair(NULL), pair(NULL, STRING), BACKWARD, "/1"),
    Change("a second element is widened", pair(NULL, INTEGER), pair(NULL, NUMBER), BACKWARD, "/1"),
    Change("a second that never comes", pair(NULL, NULL, maxItems=1), pair(NULL, STRING, maxItems=1), FULL),
    Change("a pair is a short array", pair(INTEGER, INTEGER), array(maxItems=2), FULL),
    Change("what follows a pair", pair(NULL, items=INTEGER), pair(NULL, items=NUMBER), BACKWARD, "/*"),
]
PLAIN = [*FIELDS, *TYPES, *VALUES, *BOUNDS, *ARRAYS]
SWAPPED = {FULL: FULL, BACKWARD: FORWARD, FORWARD: BACKWARD, NONE: NONE}


def paths(reasons: tuple[Reason, ...]) -> set[str]:
    return {reason.path for reason in reasons}


def check_verdict(change: Change) -> None:
    found = compare(change.old, change.new)
    assert found.verdict == change.verdict, found
    assert bool(found.backward) == (change.verdict in {FORWARD, NONE})
    assert bool(found.forward) == (change.verdict in {BACKWARD, NONE})
    assert not found.backward or change.at in paths(found.backward)
    assert not found.forward or (change.at if change.ahead is None else change.ahead) in paths(found.forward)
    back = compare(change.new, change.old)
    assert (back.verdict, back.backward, back.forward) == (SWAPPED[change.verdict], found.forward, found.backward)


@pytest.mark.parametrize("change", PLAIN, ids=[change.name for change in PLAIN])
def test_a_change_is_judged_and_its_place_is_named(change: Change) -> None:
    check_verdict(change)


@pytest.mark.parametrize("name", sorted(names("schemas")))
def test_every_schema_is_fully_compatible_with_itself(name: str) -> None:
    assert compare(schema(name), schema(name)) == Comparison(FULL, (), ())
