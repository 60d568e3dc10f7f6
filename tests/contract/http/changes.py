"""What has changed between two OpenAPI documents of a service, in words, and which of it breaks clients.

A client breaks where a request that was right is refused or means something else, and where an answer is not what it
was told to expect. It is expected to pass over fields, headers and links that it does not know, and to treat a problem
by its `code`, or else by the class of its status (RFC 9110, section 15), never by its `type`, which may lead elsewhere:
so a new problem does not break it, and a new good status does. Names of operations become methods of generated clients,
and count.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.contract.http.schemas import Document, fields, refusals, surprises

METHODS: Final = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
_ANY: Final[Mapping[str, Any]] = {}
_NULL: Final = {"type": "null"}


@dataclass(frozen=True)
class Change:
    """`where` is the operation, and the part of it."""

    where: str
    words: str
    breaks: bool

    def __str__(self) -> str:
        return f"{self.where}: {self.words}"


def changes(old: Document, new: Document) -> list[Change]:
    """All that `new` does otherwise than `old`. Descriptions and examples never count."""
    found = list(_document(old, new))
    before, after = operations(old), operations(new)
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            found.append(Change(name, "is no longer there", breaks=True))
        elif name not in before:
            found.append(Change(name, "is new", breaks=False))
        else:
            found += _Comparison(name, old, new).changes(before[name], after[name])
    return found


def breaking(old: Document, new: Document) -> list[Change]:
    """Only those that break clients."""
    return [change for change in changes(old, new) if change.breaks]


def operations(document: Document) -> dict[str, dict[str, Any]]:
    """Every operation by method and path, with the parameters of its path among its own."""
    return {
        f"{method.upper()} {path}": {**item[method], "parameters": _together(item, item[method])}
        for path, item in document["paths"].items()
        for method in METHODS
        if method in item
    }


def _together(item: Mapping[str, Any], operation: Mapping[str, Any]) -> list[Any]:
    return [*item.get("parameters", ()), *operation.get("parameters", ())]


def _document(old: Document, new: Document) -> Iterator[Change]:
    for member in ("servers", "security"):
        if old.get(member) != new.get(member):
            yield Change(member, f"was {old.get(member)}, is {new.get(member)}", breaks=True)


class _Comparison:
    """Two versions of one operation."""

    def __init__(self, name: str, old: Document, new: Document) -> None:
        self._name, self._old, self._new = name, old, new

    def changes(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
        for member in ("operationId", "security"):
            if old.get(member) != new.get(member):
                yield self._breaks(member, f"was {old.get(member)}, is {new.get(member)}")
        if new.get("deprecated", False) and not old.get("deprecated", False):
            yield self._fine("", "is deprecated")
        yield from self._parameters(_by_place(old["parameters"]), _by_place(new["parameters"]))
        yield from self._body(old.get("requestBody"), new.get("requestBody"))
        yield from self._codes(old["responses"], new["responses"])
        for status in sorted(old["responses"].keys() | new["responses"].keys()):
            yield from self._response(status, old["responses"].get(status), new["responses"].get(status))

    def _parameters(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
        for name in sorted(old.keys() | new.keys()):
            if name not in new:
                yield self._breaks(name, "is no longer taken")
            elif name not in old:
                required = new[name].get("required", False)
                yield self._note(name, "is new and required" if required else "is new and optional", breaks=required)
            else:
                yield from self._parameter(name, old[name], new[name])

    def _parameter(self, name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
        yield from self._required(name, old, new)
        for member in ("style", "explode", "allowReserved", "content"):
            if old.get(member) != new.get(member):
                yield self._breaks(name, f"{member} was {old.get(member)}, is {new.get(member)}")
        before, after = _sent(old.get("schema", _ANY)), _sent(new.get("schema", _ANY))
        if before.get("default") != after.get("default"):
            yield self._breaks(name, f"is {after.get('default')} where it is not sent, was {before.get('default')}")
        for reason in refusals(self._old, self._new, before, after):
            yield self._breaks(name, f"a value that was taken may be refused: {reason.words}")

    def _body(self, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Iterator[Change]:
        if old is None or new is None:
            if new is not None:
                required = new.get("required", False)
                yield self._note("body", "is new and required" if required else "is new", breaks=required)
            elif old is not None:
                yield self._breaks("body", "is no longer taken")
            return
        yield from self._required("body", old, new)
        for media_type in sorted(old["content"].keys() | new["content"].keys()):
            if media_type not in new["content"]:
                yield self._breaks("body", f"{media_type} is no longer taken")
            elif media_type not in old["content"]:
                yield self._fine("body", f"{media_type} is taken too")
            else:
                before, after = old["content"][media_type], new["content"][media_type]
                yield from self._fields_sent(before.get("schema", True), after.get("schema", True))

    def _fields_sent(self, old: Any, new: Any) -> Iterator[Change]:
        refused = refusals(self._old, self._new, old, new)
        for reason in refused:
            yield self._breaks(f"body {reason.path}".rstrip(), f"what was taken may be refused: {reason.words}")
        before, after = fields(self._old, old), fields(self._new, new)
        for path in _beyond(after, before, {reason.path for reason in refused}):
            yield self._fine(f"body {path}", "is a new field")
        for path in sorted(before.keys() & after.keys()):
            was, now = _default(before[path]), _default(after[path])
            if was != now:
                yield self._breaks(f"body {path}", f"is {now} where it is not sent, was {was}")

    def _codes(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
        before, after = _codes(old), _codes(new)
        for code in sorted(before.keys() | after.keys()):
            if code not in after:
                yield self._fine(f"problem {code}", "is no longer answered")
            elif code not in before:
                yield self._fine(f"problem {code}", f"is new ({after[code]})")
            elif before[code] != after[code]:
                yield self._breaks(f"problem {code}", f"was {before[code]}, is {after[code]}")

    def _response(self, status: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Iterator[Change]:
        good = status[0] in "23"
        if new is None:
            yield self._note(status, "is no longer answered", breaks=good)
        elif old is None:
            yield self._note(status, "may now be answered", breaks=good)
        else:
            yield from self._headers(status, old.get("headers", _ANY), new.get("headers", _ANY))
            yield from self._content(status, old.get("content", _ANY), new.get("content", _ANY))

    def _headers(self, status: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
        for name in sorted(old.keys() | new.keys()):
            where = f"{status} {name}"
            if name not in new:
                yield self._breaks(where, "is no longer answered")
            elif name not in old:
                yield self._fine(where, "is a new header")
            else:
                if old[name].get("required", False) and not new[name].get("required", False):
                    yield self._breaks(where, "was always there, may now be absent")
                for reason in surprises(self._old, self._new, old[name].get("schema"), new[name].get("schema")):
                    yield self._breaks(where, reason.words)

    def _content(self, status: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
        for media_type in sorted(old.keys() | new.keys()):
            if media_type not in new:
                yield self._breaks(status, f"is no longer answered as {media_type}")
            elif media_type not in old:
                yield self._breaks(status, f"may now be answered as {media_type}")
            else:
                before, after = old[media_type].get("schema", True), new[media_type].get("schema", True)
                yield from self._fields_answered(status, before, after)

    def _fields_answered(self, status: str, old: Any, new: Any) -> Iterator[Change]:
        surprising = surprises(self._old, self._new, old, new)
        for reason in surprising:
            yield self._breaks(f"{status} {reason.path}".rstrip(), reason.words)
        before, after = fields(self._old, old), fields(self._new, new)
        told = {reason.path for reason in surprising}
        for path in _beyond(before, after, told):
            yield self._breaks(f"{status} {path}", "is no longer answered")
        for path in _beyond(after, before, told):
            yield self._fine(f"{status} {path}", "is a new field")

    def _required(self, where: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
        was, now = old.get("required", False), new.get("required", False)
        if was != now:
            yield self._note(where, "is now required" if now else "is now optional", breaks=now)

    def _breaks(self, where: str, words: str) -> Change:
        return self._note(where, words, breaks=True)

    def _fine(self, where: str, words: str) -> Change:
        return self._note(where, words, breaks=False)

    def _note(self, where: str, words: str, *, breaks: bool) -> Change:
        return Change(f"{self._name} {where}".rstrip(), words, breaks)


def _by_place(parameters: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """By place and name; names of headers know no case."""
    return {f"{one['in']} {one['name'].lower() if one['in'] == 'header' else one['name']}": one for one in parameters}


def _sent(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a parameter can be sent as: nobody can write null there."""
    branches = [one for one in schema.get("anyOf", ()) if one != _NULL]
    if not branches:
        return schema
    rest = {name: one for name, one in schema.items() if name != "anyOf"}
    return {**rest, **branches[0]} if len(branches) == 1 else {**rest, "anyOf": branches}


def _default(schema: Any) -> Any:
    return schema.get("default") if isinstance(schema, Mapping) else None


def _codes(responses: Mapping[str, Any]) -> dict[str, str]:
    """The status of each problem code that is told of by an example."""
    return {
        code: status
        for status, response in responses.items()
        for code in response.get("content", _ANY).get("application/problem+json", _ANY).get("examples", _ANY)
    }


def _beyond(fields: Iterable[str], others: Iterable[str], told: set[str]) -> list[str]:
    """The fields that are not among the others; of a field that is, not its own fields again."""
    alone = set(fields) - set(others) - told
    return sorted(
        path for path in alone if path.rpartition("/")[0].removesuffix("/*") not in alone | told or path.count("/") == 1
    )
