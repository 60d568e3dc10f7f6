"""Bodies as OpenAPI describes them, made ready for `tests.contract.compatibility`: alone, and as they are read.

A request is written by a client and read by a service that refuses what it does not know; an answer is written by the
service, which writes what its document names, and read by clients that pass over what they do not know.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.contract.compatibility import Reason, misread

_COMPONENTS = "#/components/schemas/"
_DEFINITIONS = "#/$defs/"
_LISTS = ("anyOf", "oneOf", "allOf")

Document = Mapping[str, Any]


def refusals(old: Document, new: Document, written: Any, read: Any) -> list[Reason]:
    """Why a service with the schema `read` of `new` may refuse what a client writes by `written` of `old`."""
    writer = standalone(old, written)
    return misread(reader=_strict(standalone(new, read), set(_names(writer))), writer=writer)


def surprises(old: Document, new: Document, read: Any, written: Any) -> list[Reason]:
    """Why a client that reads by the schema `read` of `old` may not take what the service writes by that of `new`."""
    return misread(reader=standalone(old, read), writer=_closed(standalone(new, written)))


def fields(document: Document, schema: Any) -> dict[str, Any]:
    """The schema of every field, by its path; `*` is any element."""
    return dict(_fields("", standalone(document, schema), document, frozenset()))


def standalone(document: Document, schema: Any) -> Any:
    """A schema of an OpenAPI document as a document of its own. Raises KeyError for a reference that leads nowhere."""
    if not isinstance(schema, Mapping):
        return schema
    moved = _moved(schema)
    components = document.get("components", {}).get("schemas", {})
    definitions: dict[str, Any] = {}
    waiting = set(_referred(moved))
    while waiting:
        name = waiting.pop()
        definitions[name] = _moved(components[name])
        waiting |= set(_referred(definitions[name])) - definitions.keys()
    return {**moved, "$defs": definitions}


def _referred(part: Any) -> Iterator[str]:
    """The definitions that a moved schema refers to."""
    if isinstance(part, list):
        for one in part:
            yield from _referred(one)
    elif isinstance(part, Mapping):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"].removeprefix(_DEFINITIONS)
        for one in part.values():
            yield from _referred(one)


def _moved(part: Any) -> Any:
    """The same with references into `$defs`."""
    if isinstance(part, list):
        return [_moved(one) for one in part]
    if not isinstance(part, Mapping):
        return part
    moved = {name: _moved(one) for name, one in part.items()}
    reference = moved.get("$ref")
    if isinstance(reference, str) and reference.startswith(_COMPONENTS):
        moved["$ref"] = _DEFINITIONS + reference.removeprefix(_COMPONENTS)
    return moved


def _closed(part: Any) -> Any:
    """The same, with nothing written but what is named."""
    if isinstance(part, list):
        return [_closed(one) for one in part]
    if not isinstance(part, Mapping):
        return part
    closed = {name: _closed(one) for name, one in part.items()}
    if isinstance(part.get("properties"), Mapping) and part.get("additionalProperties", True) is True:
        closed["additionalProperties"] = False
    return closed


def _strict(part: Any, names: set[str]) -> Any:
    """The same for a tolerant comparison: of `names`, a closed object takes none that it does not know."""
    if isinstance(part, list):
        return [_strict(one, names) for one in part]
    if not isinstance(part, Mapping):
        return part
    strict = {name: _strict(one, names) for name, one in part.items()}
    if part.get("additionalProperties") is False:
        known = strict.get("properties", {})
        strict["properties"] = {**known, **dict.fromkeys(sorted(names - known.keys()), False)}
    return strict


def _names(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for one in part:
            yield from _names(one)
    elif isinstance(part, Mapping):
        if isinstance(part.get("properties"), Mapping):
            yield from part["properties"]
        for one in part.values():
            yield from _names(one)


def _fields(path: str, schema: Any, document: Document, behind: frozenset[str]) -> Iterator[tuple[str, Any]]:
    if not isinstance(schema, Mapping):
        return
    reference = schema.get("$ref")
    if isinstance(reference, str) and reference not in behind:
        component = document["components"]["schemas"][reference.rpartition("/")[2]]
        yield from _fields(path, component, document, behind | {reference})
    for keyword in _LISTS:
        for one in schema.get(keyword, ()):
            yield from _fields(path, one, document, behind)
    for name, one in schema.get("properties", {}).items():
        yield f"{path}/{name}", one
        yield from _fields(f"{path}/{name}", one, document, behind)
    for keyword in ("items", "additionalProperties"):
        yield from _fields(f"{path}/*", schema.get(keyword), document, behind)
