"""Texts of requests: what is refused as a control character is what Unicode calls one."""

import re
import unicodedata

import pytest
from pydantic import ValidationError

from command_api.entrypoints.fields import _CONTROLS
from command_api.entrypoints.schemas import ReasonBody
from command_api.entrypoints.schemas_of_orders import NoteBody


def test_the_controls_of_the_pattern_are_those_of_unicode() -> None:
    every = "".join(map(chr, range(0xD800))) + "".join(map(chr, range(0xE000, 0x110000)))
    assert set(re.findall(f"[{_CONTROLS}]", every)) == {one for one in every if unicodedata.category(one) == "Cc"}


@pytest.mark.parametrize("text", ["a", " a ", "é", "日本", "\u2028x", "a\u00ad"])
def test_a_text_with_something_to_see_is_taken(text: str) -> None:
    assert ReasonBody(reason=text).reason == text


@pytest.mark.parametrize("text", ["", " ", "\u3000", "a\x00", "a\nb", "\x7fa", "a\x85", "a\x9f"])
def test_a_text_with_nothing_to_see_or_with_a_control_character_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        ReasonBody(reason=text)


@pytest.mark.parametrize("text", ["a\nb", "\ta\n\n", "- one\n- two\n"])
def test_a_note_may_have_lines_and_tabs(text: str) -> None:
    assert NoteBody(text=text).text == text


@pytest.mark.parametrize("text", ["\n", " \t\n", "a\r\nb", "a\x00", "a\x0bb", "a\x0cb", "a\x1bb", "a\x7f", "a\x85"])
def test_a_note_with_nothing_to_see_or_with_another_control_character_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        NoteBody(text=text)
