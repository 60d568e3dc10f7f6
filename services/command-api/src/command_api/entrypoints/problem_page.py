"""The page that the `type` of every problem leads to. Made once, at import, from the table; it needs no other file."""

import re
from collections.abc import Iterator
from html import escape
from typing import Final

from command_api.entrypoints.problem_kinds import PROBLEMS, Kind

_HEAD: Final = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Problems</title>
<link rel="icon" href="data:,">
<style>
:root { color-scheme: light dark; --line: light-dark(#d9dee5, #343b46); --soft: light-dark(#f5f7fa, #1b2028);
  --text: light-dark(#1f2733, #dde3ec); --dim: light-dark(#5c6878, #93a0b3); --page: light-dark(#fff, #14181e); }
body { max-width: 50rem; margin: 0 auto; padding: 1.5rem 2rem 6rem; font: 15px/1.55 system-ui, sans-serif;
  color: var(--text); background: var(--page); }
h2 { margin: 2rem 0 .4rem; padding-top: .6rem; border-top: 1px solid var(--line); font-size: 1.1rem; }
h2 small { font-weight: 400; color: var(--dim); }
p, dl { margin: .4rem 0; }
dt { float: left; clear: left; margin-right: .6rem; }
code { padding: .1em .35em; border-radius: 4px; background: var(--soft); font: .86em/1.5 ui-monospace, monospace; }
:target { background: var(--soft); }
a { color: inherit; }
</style>
</head>
<body>
<h1>Problems</h1>
<p>What this service answers when it cannot do what was asked, as <code>application/problem+json</code> (RFC 9457).
The <a href="../docs">documentation</a> says which operation answers which.</p>
"""


def _prose(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _section(code: str, kind: Kind) -> Iterator[str]:
    yield f'<section id="{code}">'
    yield f"<h2>{escape(kind.title)} <small>{kind.status} <code>{code}</code></small></h2>"
    yield f"<p>{_prose(kind.when)}</p>"
    yield f"<p><strong>What to do:</strong> {_prose(kind.advice)}</p>"
    if kind.members:
        yield "<dl>"
        for name, member in kind.members.items():
            yield f"<dt><code>{name}</code></dt><dd>{_prose(member.meaning)}.</dd>"
        yield "</dl>"
    yield "</section>"


def _page() -> str:
    sections = [line for code, kind in PROBLEMS.items() for line in _section(code, kind)]
    return "\n".join([_HEAD, *sections, "</body>", "</html>", ""])


PROBLEM_PAGE: Final = _page()
