"""The streams' document as a page: made from the document, whole, and with nothing in it that runs or is fetched."""

from html.parser import HTMLParser
from typing import Final

from orders_contracts.asyncapi.page import page
from orders_contracts.registry import REGISTRY
from tests.contract.link.streams_document import Json, committed, committed_page

_VOID: Final = {"meta", "link"}
_SAFE: Final = {
    *("html", "head", "meta", "title", "link", "style", "body", "div", "nav", "main", "a", "h1", "h2", "h3", "h4"),
    *("p", "ul", "li", "code", "pre", "span", "details", "summary", "table", "thead", "tbody", "tr", "th", "td"),
}


class Reader(HTMLParser):
    """Reads a page. Raises AssertionError where an element is not closed, or another than was opened."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_committed_page_is_the_one_that_the_document_makes() -> None:
    assert page(committed()) == committed_page(), "run: python -m orders_contracts.asyncapi"


def test_nothing_runs_and_nothing_is_fetched() -> None:
    read = Reader(committed_page())
    assert read.tags <= _SAFE
    assert {link for link in read.links if not link.startswith("#")} == {"data:,"}
    assert "url(" not in committed_page()
    assert "@import" not in committed_page()


def test_every_link_leads_to_a_place_on_the_page_and_no_place_is_there_twice() -> None:
    read = Reader(committed_page())
    assert {link.removeprefix("#") for link in read.links if link.startswith("#")} == set(read.ids)
    assert len(read.ids) == len(set(read.ids))


def test_every_channel_message_and_field_is_on_the_page() -> None:
    text = Reader(committed_page()).text
    for channel in committed()["channels"].values():
        assert (channel["address"] or channel["x-redis"]["key"]) in text
    for type_, model in REGISTRY.items():
        assert type_ in text
        assert all(field in text for field in model.__struct_fields__)


def test_what_is_said_is_never_taken_for_markup() -> None:
    spoilt = _with_markup(committed())
    assert "<img" not in page(spoilt)
    assert "&lt;img src=x onerror=alert(1)&gt;" in page(spoilt)
    assert Reader(page(spoilt)).tags <= _SAFE


def _with_markup(document: Json) -> Json:
    """Markup in every text of a document that is shown."""
    evil = "<img src=x onerror=alert(1)>"
    document["info"]["title"] += evil
    document["info"]["description"] += f"\n- {evil}\n\n`{evil}`"
    for channel in document["channels"].values():
        channel["title"] += evil
        channel["description"] += evil
        channel["x-redis"] |= {"kept": evil, evil: evil}
        for parameter in channel.get("parameters", {}).values():
            parameter["description"] += evil
    for message in document["components"]["messages"].values():
        message["summary"] += evil
        message["examples"].append({"payload": evil})
    document["components"]["schemas"]["Envelope"]["allOf"][1]["properties"]["id"]["description"] += evil
    document["components"]["messages"][evil] = document["components"]["messages"]["Heartbeat"]
    return document
