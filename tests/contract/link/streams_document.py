"""The streams' document as it is committed, and what can be asked of it: its faults, its references, its schemas."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import jsonschema_rs
import orjson

from orders_contracts.asyncapi.document import FILE
from orders_contracts.asyncapi.page import PAGE

FOLDER: Final = Path(__file__).parents[3] / "docs/api"
PUBLISHED: Final = Path(__file__).with_name("published") / "asyncapi-3.1.0.json"
_VALIDATOR: Final = jsonschema_rs.validator_for(orjson.loads(PUBLISHED.read_bytes()))

Json = dict[str, Any]


def committed() -> Json:
    """The document."""
    content: Json = orjson.loads((FOLDER / FILE).read_bytes())
    return content


def committed_page() -> str:
    """Its page."""
    return (FOLDER / PAGE).read_text("utf-8")


def faults(document: Json) -> list[str]:
    """How a document breaks the published schema: the places."""
    return ["/".join(map(str, fault.instance_path)) for fault in _VALIDATOR.iter_errors(document)]


def references(node: Any) -> Iterator[str]:
    """Every `$ref` in a document. What stands in an example is none."""
    if isinstance(node, Mapping):
        for name, value in node.items():
            if name == "$ref":
                yield value
            elif name != "examples":
                yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def target(reference: str, document: Json) -> Any:
    """What a reference points to: in the document, or in a file beside it. Raises KeyError and OSError."""
    file, _, pointer = reference.partition("#")
    found = orjson.loads((FOLDER / file).read_bytes()) if file else document
    for step in pointer.strip("/").split("/") if pointer else ():
        found = found[step.replace("~1", "/").replace("~0", "~")]
    return found


def whole(node: Any, document: Json) -> Any:
    """A schema with what it refers to in its place. Published schemas keep their own `$id`, and what is within."""
    if isinstance(node, list):
        return [whole(value, document) for value in node]
    if not isinstance(node, Mapping):
        return node
    if "$ref" in node:
        found = target(node["$ref"], document)
        return whole(found, document) if node["$ref"].startswith("#") else found
    return {name: whole(value, document) for name, value in node.items()}


def objections(message: Json, part: str, value: object, document: Json) -> list[str]:
    """How `value` breaks what a message says of its `headers` or `payload`; formats count."""
    validator = jsonschema_rs.validator_for(whole(message[part], document), validate_formats=True)
    return [fault.message for fault in validator.iter_errors(value)]
