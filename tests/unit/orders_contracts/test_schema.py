"""The schema files are written from the models: all of them, and nothing else."""

from pathlib import Path

import orjson
from msgspec import Struct

from orders_contracts.registry import REGISTRY
from orders_contracts.schema import documents, schema_of, write


class Leaf(Struct, frozen=True, kw_only=True):
    """Inside."""

    size: int


class Tree(Struct, frozen=True, kw_only=True):
    """Outside."""

    leaves: tuple[Leaf, ...]
    name: str | None = None


def test_a_schema_closes_every_object_and_demands_what_has_no_default() -> None:
    assert schema_of(Tree, 3) == {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:orders:schema:Tree:v3",
        "title": "Tree",
        "description": "Outside.",
        "type": "object",
        "properties": {
            "leaves": {"type": "array", "items": {"$ref": "#/$defs/Leaf"}},
            "name": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
        },
        "required": ["leaves"],
        "additionalProperties": False,
        "$defs": {
            "Leaf": {
                "title": "Leaf",
                "description": "Inside.",
                "type": "object",
                "properties": {"size": {"type": "integer"}},
                "required": ["size"],
                "additionalProperties": False,
            }
        },
    }


def test_a_schema_without_inner_objects_has_no_definitions() -> None:
    assert "$defs" not in schema_of(Leaf, 1)


def test_there_is_one_document_for_each_event_the_envelope_the_heads_and_the_request() -> None:
    assert len(documents()) == len(REGISTRY) + 3
    assert {"Envelope.v1.json", "Heads.v1.json", "OrderCreated.v1.json"} < documents().keys()


def test_writing_replaces_what_is_stale_and_removes_what_is_left_over(tmp_path: Path) -> None:
    (tmp_path / "OrderCreated.v1.json").write_text("{}")
    (tmp_path / "OrderPainted.v1.json").write_text("{}")
    (tmp_path / "README.md").write_text("stays")
    write(tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {*documents(), "README.md"}
    for name, content in documents().items():
        assert (tmp_path / name).read_bytes() == content
        assert orjson.loads(content)["$id"].startswith("urn:orders:schema:")
