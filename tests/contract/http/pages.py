"""A page as a browser takes it: the places on it, what it leads to, and what it fetches."""

import re
from html.parser import HTMLParser
from typing import Final

_IN_SCRIPT: Final = re.compile(r'(?:href: |fetch\()"([^"#]+)"')


class Reader(HTMLParser):
    """Reads a page. Addresses that its script writes out count too; those that begin with `#` or hold data do not."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = _IN_SCRIPT.findall(text)
        self.fetched: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        self.ids += [named["id"]] if "id" in named else []
        addresses = [named[name] for name in ("href", "src") if not named.get(name, "#").startswith(("#", "data:"))]
        (self.links if tag == "a" else self.fetched).extend(addresses)
