"""The document as one page for people: no script, nothing from elsewhere, light and dark, narrow and wide."""

import re
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from importlib.resources import files
from typing import Any, Final

import msgspec

PAGE: Final = "streams.html"
Json = Mapping[str, Any]

_PACKAGE: Final = files("orders_contracts")
_HEAD: Final = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>
{style}</style>
</head>
<body>
<div class="frame">"""


def page(document: Json) -> str:
    """The whole page."""
    style = (_PACKAGE / "asyncapi" / "page.css").read_text("utf-8")
    title = escape(document["info"]["title"])
    parts = [
        [_HEAD.format(title=title, style=style)],
        _contents(document),
        [f"<main>\n<h1>{title}</h1>", *_prose(document["info"]["description"]), "<h2>Streams</h2>"],
        *(_channel(name, channel, document) for name, channel in document["channels"].items()),
        ['<h2 id="envelope">The envelope of every event</h2>'],
        *(_fields(document["components"]["schemas"]["Envelope"]),),
        ["<h2>Messages</h2>"],
        *(_message(name, message) for name, message in document["components"]["messages"].items()),
        ["</main>\n</div>\n</body>\n</html>\n"],
    ]
    return "\n".join(line for part in parts for line in part)


def _contents(document: Json) -> Iterator[str]:
    yield '<nav aria-label="Contents">'
    yield "<h2>Streams</h2>"
    for name, channel in document["channels"].items():
        yield f'<a href="#{escape(name)}">{escape(channel["title"])}</a>'
    yield '<h2>Messages</h2>\n<a href="#envelope">The envelope</a>'
    for name in document["components"]["messages"]:
        yield _link(name)
    yield "</nav>"


def _channel(name: str, channel: Json, document: Json) -> Iterator[str]:
    redis: Json = channel["x-redis"]
    yield f'<h3 id="{escape(name)}">{escape(channel["title"])}</h3>'
    yield f"<p><code>{escape(channel['address'] or redis['key'])}</code></p>"
    yield from _prose(channel["description"])
    told = {key: value for key, value in redis.items() if key not in {"fields", "key"}}
    yield from _rows((escape(key.replace("-", " ")), escape(value)) for key, value in told.items())
    if parameters := channel.get("parameters"):
        yield "<h4>In the key</h4>"
        yield from _rows((_code(key), _inline(value["description"])) for key, value in parameters.items())
    if fields := redis.get("fields"):
        described = document["components"]["schemas"]["EntryFields"]["properties"]
        yield "<h4>Fields of an entry</h4>"
        yield from _rows(
            (_code(key), _inline(described.get(key, {}).get("description", value))) for key, value in fields.items()
        )
    yield "<h4>Messages</h4>"
    yield f"<p>{', '.join(map(_link, channel['messages']))}</p>"


def _message(name: str, message: Json) -> Iterator[str]:
    old = "" if message.get("x-written", True) else ' <span class="old">no longer written</span>'
    yield f'<h3 id="{escape(name)}">{escape(message["name"])}{old}</h3>'
    yield from _prose(message["summary"])
    payload = message["payload"]
    if message["name"].startswith("orders."):
        payload = payload["allOf"][1]["properties"]["data"]
        yield '<p class="dim">Fields of <code>data</code>:</p>'
    if "allOf" in payload:
        yield from _fields(payload)
    else:
        yield f"<p>{_inline(payload['description'])}</p>"
    for example in message["examples"]:
        text = msgspec.json.format(msgspec.json.encode(example), indent=2).decode()
        yield f"<details><summary>Example</summary><pre>{escape(text)}</pre></details>"


def _fields(described: Json) -> Iterator[str]:
    """A table of a published schema and the notes laid over it."""
    reference, notes = described["allOf"]
    name = reference["$ref"].rpartition("/")[2]
    schema = msgspec.json.decode((_PACKAGE / "schemas" / name).read_bytes())
    return _table(schema, notes["properties"], schema.get("$defs", {}))


def _table(schema: Json, notes: Json, parts: Json) -> Iterator[str]:
    yield '<div class="table"><table><thead>'
    yield "<tr><th>field</th><th>type</th><th>presence</th><th>meaning</th></tr></thead><tbody>"
    inside: dict[str, Any] = {}
    for name, field in schema["properties"].items():
        required = "required" if name in schema["required"] else "optional"
        cells = (_code(name), escape(_type(field)), required, _inline(notes[name]["description"]))
        yield "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
        note = notes[name].get("items", notes[name])
        if "properties" in note:
            inside[re.sub("^list of | or null$", "", _type(field))] = note["properties"]
    yield "</tbody></table></div>"
    for part, note in inside.items():
        yield f"<details><summary>{escape(part)}</summary>"
        yield from _table(parts[part], note, parts)
        yield "</details>"


def _type(field: Json) -> str:
    if "$ref" in field:
        return str(field["$ref"].rpartition("/")[2])
    if "anyOf" in field:
        return " or ".join(_type(choice) for choice in field["anyOf"])
    if "enum" in field:
        return "one of " + ", ".join(field["enum"]) + ("; others may come" if "x-open-to-readers" in field else "")
    if "items" in field:
        return f"list of {_type(field['items'])}"
    limits = [f"{word} {field[key]}" for key, word in _LIMITS.items() if key in field]
    return ", ".join([field.get("format", field.get("type", "object")), *limits])


_LIMITS: Final = {
    "minimum": "at least",
    "maximum": "at most",
    "minLength": "characters at least",
    "maxLength": "characters at most",
    "pattern": "like",
}


def _rows(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    """A table of names and what they mean; both are HTML already."""
    yield '<div class="table"><table><tbody>'
    for name, text in rows:
        yield f"<tr><th>{name}</th><td>{text}</td></tr>"
    yield "</tbody></table></div>"


def _prose(text: str) -> Iterator[str]:
    """Of Markdown what the descriptions use: paragraphs, lists and code."""
    for paragraph in filter(None, re.split(r"\n\s*\n", text.strip())):
        if paragraph.startswith("- "):
            items = (f"<li>{_inline(item)}</li>" for item in re.split(r"^- ", paragraph, flags=re.MULTILINE)[1:])
            yield f"<ul>{''.join(items)}</ul>"
        else:
            yield f"<p>{_inline(paragraph)}</p>"


def _inline(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(" ".join(text.split())))


def _link(name: str) -> str:
    return f'<a href="#{escape(name)}">{escape(name)}</a>'


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>"
