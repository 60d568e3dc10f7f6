"""References lead somewhere inside the document, and every place where a schema may stand is looked at."""

from typing import Any

import pytest

from tests.contract.compatibility import Schema, misread
from tests.contract.compatibility.test_compatibility import INTEGER, NULL, NUMBER, STRING, array, record, ref, union

LOST: dict[str, Any] = {"$ref": "#/$defs/B"}


@pytest.mark.parametrize(
    "reference",
    [
        "#/$defs/B",
        "#/$defs/A/minimum",
        "#/$defs/A/enum",
        "#/$defs/A/enum/2",
        "#/$defs/A/enum/x",
        "#A",
        "urn:other",
        "A",
        1,
    ],
)
@pytest.mark.parametrize("reader", [True, {}, STRING])
def test_a_reference_that_leads_nowhere_is_refused(reference: object, reader: Schema) -> None:
    document = {
        "properties": {"a": {"anyOf": [{"items": {"$ref": reference}}]}},
        "$defs": {"A": {"minimum": 1, "enum": [1, 2]}},
    }
    for pair in ((reader, document), (document, reader)):
        with pytest.raises(ValueError, match="leads nowhere"):
            misread(*pair)


@pytest.mark.parametrize(
    "definitions",
    [
        {"A": ref("A")},
        {"A": ref("B"), "B": {"allOf": [ref("A")]}},
        {"A": union(ref("B"), STRING), "B": {"oneOf": [NULL, ref("A")]}},
    ],
)
def test_a_reference_that_leads_in_a_circle_is_refused(definitions: dict[str, Schema]) -> None:
    with pytest.raises(ValueError, match="in a circle"):
        misread(STRING, {"$defs": definitions})


def test_what_is_no_schema_is_refused() -> None:
    """A list under `items` is the tuple of earlier dialects: passed over, it would be a silent yes."""
    with pytest.raises(ValueError, match="is no schema"):
        misread(array(), {"type": "array", "items": [STRING]})


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"a": {"$ref": "#/$defs/a~1%7E0b%20c"}}, "$defs": {"a/~b c": INTEGER}},
        {"properties": {"a": {"$ref": "#/allOf/0"}}, "allOf": [{"type": ["integer", "object"]}]},
        {"$id": "urn:x", "properties": {"a": {"$ref": "urn:x#/$defs/A"}}, "$defs": {"A": INTEGER}},
        {"properties": {"a": {"$ref": "#/$defs/A"}},
         "$defs": {"A": {"$id": "urn:a", "$ref": "#/$defs/B", "$defs": {"B": INTEGER}}}},
    ],
)  # fmt: skip
def test_a_reference_leads_where_it_says(schema: dict[str, Any]) -> None:
    assert "/a: may be a string, which the reader does not take" in map(str, misread(schema, record(a=STRING)))
    assert misread(schema, record(a=INTEGER)) == []


def test_a_whole_document_may_be_referred_to() -> None:
    old, new = (
        {"properties": {"a": {"$ref": "#"}, "b": kind}, "additionalProperties": False} for kind in (INTEGER, NUMBER)
    )
    assert [reason.path for reason in misread(old, new)] == ["/b"]
    assert misread(new, old) == []


@pytest.mark.parametrize(
    "document",
    [
        LOST,
        *({name: [STRING, {"items": LOST}]} for name in ("allOf", "anyOf", "oneOf", "prefixItems")),
        *({name: {"a": LOST}} for name in ("properties", "patternProperties", "dependentSchemas")),
        *({name: {"a": LOST}} for name in ("$defs", "definitions")),
        *({name: LOST} for name in ("items", "additionalProperties", "contains", "propertyNames")),
        *({name: LOST} for name in ("not", "if", "then", "else")),
        *({name: LOST} for name in ("unevaluatedItems", "unevaluatedProperties", "contentSchema")),
        {"properties": {"a": {"$ref": "#/elsewhere"}}, "elsewhere": {"items": LOST}},
    ],
    ids=str,
)
def test_a_lost_reference_is_found_wherever_it_stands(document: Schema) -> None:
    with pytest.raises(ValueError, match="'#/\\$defs/B' leads nowhere"):
        misread(True, document)


def test_what_only_looks_like_a_reference_is_let_pass() -> None:
    document = {"properties": {"$ref": STRING, "b": {"enum": [{"$ref": 1}]}}, "default": LOST}
    assert misread(document, document) == []
