"""Reasons are found at every place and said in plain words, but not without end."""

from typing import Any

import pytest
from msgspec import Struct

from orders_contracts.schema import schema_of
from tests.contract.compatibility import Reason, Schema, Verdict, compare, misread
from tests.contract.compatibility.reading import MOST
from tests.contract.compatibility.test_compatibility import (
    INTEGER,
    NULL,
    NUMBER,
    STRING,
    array,
    defined,
    record,
    ref,
    union,
    values,
)
from tests.contract.compatibility.test_compatibility_unions import CARD, IBAN


def words(reader: Schema, writer: Schema) -> list[str]:
    return [str(reason) for reason in misread(reader, writer)]


@pytest.mark.parametrize(
    ("reader", "writer", "said"),
    [
        (record(a=STRING), record("a"), "/a: a is required by the reader and not always written"),
        (STRING, union(STRING, NULL), "/: may be null, which the reader does not take"),
        (INTEGER, NUMBER, "/: may be a number that is no integer, which the reader does not take"),
        (STRING, NUMBER, "/: may be a number, which the reader does not take"),
        (record(), {"type": ["array", "null", "string"]},
         "/: may be null, a string or an array, which the reader does not take"),
        ({"allOf": [STRING]}, {"type": ["null", "integer"]},
         "/: may be null or an integer, which the reader does not take"),
        (union(STRING, NULL), {"type": ["boolean", "integer"]},
         "/: may be a boolean or an integer, which the reader does not take"),
        (False, STRING, "/: may be a string, which the reader does not take"),
        (record(a=values("PAID")), record(a=values("PAID", "REFUNDED")),
         "/a: REFUNDED is a value the reader does not know"),
        (values("a", " "), values("", " "), '/: "" is a value the reader does not know'),
        (values("a", 1, None), STRING,
         "/: may be something else than a, 1 or null, which is all that the reader knows"),
        ({"minimum": 1}, INTEGER, "/: may be less than 1, the least that the reader takes"),
        ({"maximum": 9999}, {**INTEGER, "maximum": 10_000}, "/: may be more than 9999, the most that the reader takes"),
        ({"exclusiveMinimum": 1}, {**NUMBER, "minimum": 1}, "/: may be 1 or less, where the reader takes only more"),
        ({"exclusiveMaximum": 1}, {**NUMBER, "maximum": 1}, "/: may be 1 or more, where the reader takes only less"),
        ({"multipleOf": 2}, INTEGER, "/: may be something else than a multiple of 2, which the reader asks for"),
        ({"minLength": 1}, union(STRING, {**STRING, "maxLength": 9}),
         "/: may be shorter than 1, the least length that the reader takes"),
        ({"maxLength": 63}, STRING, "/: may be longer than 63, the greatest length that the reader takes"),
        ({"pattern": "^a"}, STRING, "/: may not match ^a, the pattern that the reader asks for"),
        ({"format": "uuid"}, STRING, "/: may not be of the format uuid, which the reader asks for"),
        ({"minItems": 1}, array(), "/: may have fewer than 1 elements, the fewest that the reader takes"),
        ({"maxItems": 1}, array(), "/: may have more than 1 elements, the most that the reader takes"),
        ({"uniqueItems": True}, array(), "/: may have an element twice, which the reader does not take"),
        ({"minProperties": 1}, record("a"), "/: may have fewer than 1 fields, the fewest that the reader takes"),
        ({"maxProperties": 1}, record(closed=True), "/: may have more than 1 fields, the most that the reader takes"),
        (union({"minimum": 0}, INTEGER, of="oneOf"), INTEGER,
         "/: may fit more than one alternative, where the reader takes what fits just one (oneOf)"),
        ({"contains": INTEGER, "minContains": 2}, array(),
         "/: the reader has contains or minContains, which is not compared"),
        (STRING, {**STRING, "contentEncoding": "base64"}, "/: the writer has contentEncoding, which is not compared"),
    ],
)  # fmt: skip
def test_the_reason_is_said_in_plain_words(reader: Schema, writer: Schema, said: str) -> None:
    assert words(reader, writer) == [said]


def test_the_reasons_are_those_of_the_alternative_that_comes_nearest() -> None:
    card = record("note", kind={"const": "card"}, pan=INTEGER)
    assert words(record(pay=union(IBAN, CARD, NULL)), record(pay=card)) == [
        "/pay/pan: may be an integer, which the reader does not take"
    ]


def test_all_reasons_are_found_and_each_is_said_once() -> None:
    address = {"properties": {"city": STRING, "zip": INTEGER}, "required": ["city"], "type": "object"}
    reader = record(billing=ref("Address"), shipping=array(ref("Address"))) | {"$defs": {"Address": address}}
    written = record(city=INTEGER, zip=union(STRING, STRING))
    assert misread(reader, record(billing=written, shipping=array(written))) == [
        Reason("/billing/city", "may be an integer, which the reader does not take"),
        Reason("/billing/zip", "may be a string, which the reader does not take"),
        Reason("/shipping/*/city", "may be an integer, which the reader does not take"),
        Reason("/shipping/*/zip", "may be a string, which the reader does not take"),
    ]


def test_a_reason_does_not_hide_behind_one_that_is_still_looked_for() -> None:
    """`a` is compared inside `b` while `a` itself is under way: what is concluded then must not outlive it."""
    old = {"a": record(b=ref("b"), x=INTEGER), "b": record("c") | {"properties": {"a": ref("a"), "c": STRING}}}
    new = {**old, "a": record(b=ref("b"), x=NUMBER)}
    documents = [
        {"type": "object", "properties": {"first": ref("a"), "second": ref("b")}, "$defs": defs} for defs in (old, new)
    ]
    assert {str(reason) for reason in misread(*documents)} >= {
        "/first/x: may be a number that is no integer, which the reader does not take",
        "/second/a/x: may be a number that is no integer, which the reader does not take",
    }


@pytest.mark.timeout(30)
def test_definitions_that_refer_to_each_other_are_compared_in_no_time() -> None:
    kinds = [f"K{number}" for number in range(12)]
    anything = union(*map(ref, kinds), STRING)

    def kind(name: str) -> dict[str, Any]:
        return record(kind={"const": name}, left=anything, right=anything, more=array(anything))

    old = defined(anything, **{name: kind(name) for name in kinds})
    new = defined(anything, **{name: kind(name) for name in kinds[1:]}, K0=record(kind={"const": "K0"}, left=NULL))
    assert compare(old, old).verdict is Verdict.FULL
    found = compare(old, new)
    assert found.verdict is Verdict.NONE
    assert len(found.backward) == len(found.forward) == MOST
    assert [reason.path for reason in found.forward[:2]] == ["/a/right", "/a/more"]


class Paid(Struct, tag="paid", frozen=True):
    cents: int


class Refunded(Struct, tag="refunded", frozen=True):
    cents: int


class Order(Struct, frozen=True):
    payment: Paid
    size: tuple[int, str]
    notes: dict[str, int]


class BroaderOrder(Struct, frozen=True):
    payment: Paid | Refunded
    size: tuple[int, str]
    notes: dict[str, int | None]
    reference: str | None = None


def test_models_are_compared_by_their_schemas() -> None:
    found = compare(schema_of(Order, 1), schema_of(BroaderOrder, 2))
    assert found.verdict is Verdict.BACKWARD
    assert [str(reason) for reason in found.forward] == [
        "/payment/type: refunded is a value the reader does not know",
        "/notes/*: may be null, which the reader does not take",
    ]
