"""The verdict on schemas that are put together: alternatives, references, and what cannot be decided."""

from typing import Any

import pytest

from tests.contract.compatibility import Schema, Verdict
from tests.contract.compatibility.test_compatibility import (
    ADDRESS,
    BACKWARD,
    BOOLEAN,
    FORWARD,
    FULL,
    INTEGER,
    NONE,
    NULL,
    NUMBER,
    PLAIN,
    STRING,
    Change,
    array,
    check_verdict,
    defined,
    opened,
    parts,
    record,
    ref,
    union,
    values,
)

CARD, IBAN = record(kind={"const": "card"}, pan=STRING), record(kind={"const": "iban"}, iban=STRING)
SAFE_CARD = record(kind={"const": "card"}, pan=STRING, cvc=STRING)
TREE: dict[str, Any] = {**record(), "properties": {"leaf": INTEGER, "kids": array(ref("Tree"))}}
WIDER_TREE = {**TREE, "properties": {"leaf": NUMBER, "kids": array(ref("Tree"))}}
ODD, EVEN = ({**TREE, "properties": {"leaf": INTEGER, "kids": array(ref(other))}} for other in ("Even", "Odd"))
LOW, HIGH = {**INTEGER, "minimum": 0, "maximum": 4}, {**INTEGER, "minimum": 5, "maximum": 9}
NOTES = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:x", "$comment": "c", "title": "t"}
MORE_NOTES = {
    "$anchor": "a",
    "definitions": {},
    "description": "d",
    "examples": [1],
    "default": 1,
    "deprecated": True,
    "x-unit": "cm",
}
LABEL = {"type": ["string", "object"]}
TOLD_BY = {"discriminator": {"propertyName": "kind"}}
IF = {"if": {"minimum": 5}, "then": {"multipleOf": 5}}


def told(how: str, one: Schema, other: Schema, verdict: Verdict, *, in_doubt: bool = False) -> Change:
    """What may be either is from now on one and not the other."""
    old, new = union(one, other), union(one, other, of="oneOf")
    return Change(f"told {how}", old, new, verdict, in_doubt=in_doubt)


UNIONS = [
    Change("an alternative comes", union(CARD), union(CARD, IBAN), BACKWARD, "/kind"),
    Change("an alternative goes", record(a=union(CARD, IBAN)), record(a=union(IBAN)), FORWARD, "/a/kind"),
    Change("alternatives change places", union(CARD, IBAN), union(IBAN, CARD) | TOLD_BY, FULL),
    Change("an alternative gets a field", union(CARD, IBAN), union(IBAN, SAFE_CARD), FORWARD, "/cvc"),
    Change("one becomes one of two", CARD, union(IBAN, CARD, of="oneOf"), BACKWARD, "/kind"),
    Change("any becomes one, told by a value", union(CARD, IBAN), union(CARD, IBAN, of="oneOf"), FULL),
    Change(
        "any becomes one, told by a field",
        union(record(a=NULL), record(b=NULL)),
        union(record(b=NULL), record(a=NULL), of="oneOf"),
        FULL,
    ),
    Change(
        "any becomes one, not told",
        union(record("a"), record("b")),
        union(record("a"), record("b"), of="oneOf"),
        FORWARD,
    ),
    Change(
        "tolerance mixes alternatives up",
        union(record(a=NULL), record("b", a=NULL), of="oneOf"),
        union(record(a=NULL), record("b", a=NULL), of="oneOf"),
        NONE,
    ),
    Change("one of two that overlap", union(INTEGER, NUMBER, of="oneOf"), NUMBER, BACKWARD),
    Change("the same two that overlap", union(LOW, NUMBER, of="oneOf"), union(LOW, NUMBER, of="oneOf"), FULL),
    Change("a wider alternative is enough", union(INTEGER, NUMBER), NUMBER, FULL),
    Change("a type becomes an alternative", record(a=STRING), record(a=union(INTEGER, STRING)), BACKWARD, "/a"),
    Change(
        "alternatives take it together",
        {**INTEGER, "minimum": 0, "maximum": 9},
        union(LOW, HIGH),
        FORWARD,
        "",
        in_doubt=True,
    ),
    Change(
        "the narrowest parts hold",
        parts(INTEGER, {"minimum": 1, "maximum": 8}, {"minimum": 5, "maximum": 9}),
        {**INTEGER, "minimum": 5, "maximum": 8},
        FULL,
    ),
    Change("one of the parts says it", parts(STRING, {"pattern": "^a"}), {**STRING, "pattern": "^a"}, FULL),
    Change("all of the parts hold", parts(INTEGER, {"minimum": 5}, {"maximum": 9}), HIGH, FULL),
    Change("a part comes", parts(ADDRESS), parts(ADDRESS, record("b")), FORWARD, "/b"),
]
OVERLAPS = [
    told("by type", STRING, NULL, FULL),
    told("by type, inside parts", parts(STRING), parts(NULL), FULL),
    told("by type, inside alternatives", union(STRING, NULL), union(INTEGER, BOOLEAN, of="oneOf"), FULL),
    told("by the type of values", values("A"), INTEGER, FULL),
    told("by the type of open values", opened("A"), INTEGER, FULL),
    told("by value", values(1, "A"), values(2, "B"), FULL),
    told("by value, inside parts", parts(values(1)), parts({"const": 2}), FULL),
    told("by value, inside alternatives", union(values(1), values(2)), union(values(3), values(4)), FULL),
    told("by a fraction", values(1.5), INTEGER, FULL),
    told("by a constant beside open values", opened("A", "B") | {"const": "A"}, values("B"), FULL),
    told("by a field that is not always there", record("a"), record(a=INTEGER), FULL),
    told("from nothing", STRING, False, FULL),
    told("by nothing", STRING, True, FORWARD),
    told("by a fraction, perhaps", INTEGER, NUMBER, FORWARD),
    told("by values that are open", opened("A"), opened("B"), FORWARD),
    told("by one of the values", STRING, values("A"), FORWARD),
    told("by one of the types", union(STRING, NULL), NULL, FORWARD),
    told("by one of the parts", parts(INTEGER, {"minimum": 1}), parts(NUMBER), FORWARD),
    told("by a field that may be missing", record("a"), {**record(), "properties": {"a": INTEGER}}, FORWARD),
    told("by a field that strings do not have", record(a=STRING) | LABEL, record(a=NULL) | LABEL, FORWARD),
    told("by a constant that no mark opens", {"const": "A", "x-open-to-readers": True}, values("B"), FULL),
    Change("a string becomes a string or a value", STRING, union(STRING, values("a"), of="oneOf"), FORWARD),
    Change("a number becomes a number or a value", NUMBER, union(NUMBER, values(1.5), of="oneOf"), FORWARD),
    told("by a field of a field", record(a=record(b=NULL)), record(a=record(b=STRING)), FORWARD, in_doubt=True),
]
REFERENCES = [
    Change("a definition gets another name", defined(ref("A"), A=ADDRESS), defined(ref("B"), B=ADDRESS), FULL),
    Change("a definition moves in", defined(ref("A"), A=ADDRESS), defined(ADDRESS), FULL),
    Change("a definition changes", defined(ref("A"), A=INTEGER), defined(ref("A"), A=NUMBER), BACKWARD, "/a"),
    Change("nobody uses what changes", defined(STRING, A=INTEGER), defined(STRING, A=NUMBER), FULL),
    Change(
        "keywords beside a reference",
        defined({**ref("A"), "minimum": 1}, A=INTEGER),
        defined(ref("A"), A=INTEGER),
        BACKWARD,
        "/a",
    ),
    Change("a tree stays", defined(ref("Tree"), Tree=TREE), defined(ref("Tree"), Tree=TREE), FULL),
    Change(
        "a tree changes", defined(ref("Tree"), Tree=TREE), defined(ref("Tree"), Tree=WIDER_TREE), BACKWARD, "/a/leaf"
    ),
    Change("a tree in two storeys", defined(ref("Tree"), Tree=TREE), defined(ref("Odd"), Odd=ODD, Even=EVEN), FULL),
    Change(
        "one storey changes",
        defined(ref("Odd"), Odd=ODD, Even=EVEN),
        defined(ref("Odd"), Odd=ODD, Even=NULL),
        NONE,
        "/a/kids/*",
    ),
]
DOUBTS = [
    Change("notes come", INTEGER, {**INTEGER, **NOTES, **MORE_NOTES}, FULL),
    Change("a mark without values", STRING, {**STRING, "x-open-to-readers": True}, FULL),
    Change("an unknown keyword comes", record(a=INTEGER), record(a={**INTEGER, "not": {}}), NONE, "/a", in_doubt=True),
    Change("an unknown keyword stays", record(a={**INTEGER, **IF}), record(a={**INTEGER, **IF}), FULL),
    Change("an unknown keyword moves into a part", {**INTEGER, **IF}, parts(INTEGER, IF), FULL),
    Change("an unknown keyword changes", {**INTEGER, **IF}, {**INTEGER, **IF, "then": {}}, NONE, "", in_doubt=True),
    *(
        Change(f"{name}, which means less to readers", {"not": some}, {"not": some}, NONE, "", in_doubt=True)
        for name, some in (("not closed", record()), ("not marked", opened("A")), ("a list", union(NULL, record())))
    ),
    *(
        Change(f"{name}, which looks around", record(a=some), record(a=some), NONE, "/a", in_doubt=True)
        for name, value in (("unevaluatedItems", False), ("$dynamicRef", "#"), ("$recursiveRef", "#"))
        for some in ({name: value},)
    ),
    Change(
        "a definition that is refused",
        defined({"not": ref("A")}, A=INTEGER),
        defined({"not": ref("A")}, A=NULL),
        NONE,
        "/a",
        in_doubt=True,
    ),
    Change(
        "what depends on its surroundings",
        {**record(closed=True), "unevaluatedProperties": False},
        {**record("a", closed=True), "unevaluatedProperties": False},
        NONE,
        "",
        in_doubt=True,
    ),
]
CHANGES = [*PLAIN, *UNIONS, *OVERLAPS, *REFERENCES, *DOUBTS]


@pytest.mark.parametrize("change", CHANGES[len(PLAIN) :], ids=[change.name for change in CHANGES[len(PLAIN) :]])
def test_a_change_of_what_is_put_together_is_judged(change: Change) -> None:
    check_verdict(change)
