"""What the handbook names exists: commands, settings, files, sections, figures, problems."""

import re
from importlib import import_module
from typing import Any, Final

import pytest
import typer.main

from tests.architecture.outer import SERVICES
from tests.architecture.tree import ROOT
from tests.contract.operations.documents import HANDBOOK

PAGE: Final = HANDBOOK.read_text("utf-8")
_SERVICE: Final = "|".join(service.name for service in SERVICES)
_PREFIXES: Final = "|".join(service.prefix for service in SERVICES)


def unknown_commands(page: str) -> list[str]:
    """Commands in backticks that no service has, or that it does not take like this."""
    commands = re.findall(rf"`((?:{_SERVICE}) [^`]+)`", page)
    return [command for command in commands if not _taken(*command.split())]


def unknown_settings(page: str) -> list[str]:
    """Environment variables of ours that no settings class reads."""
    read = {service.prefix + field.upper() for service in SERVICES for field in service.settings.model_fields}
    return sorted(set(re.findall(rf"\b(?:{_PREFIXES})[A-Z_]+", page)) - read)


def broken_links(page: str) -> list[str]:
    """Files that do not exist, and headings that nobody has."""
    return [target for target in re.findall(r"\]\(([^)\s]+)\)", page) if not _leads_somewhere(target)]


def _taken(service: str, *words: str) -> bool:
    command: Any = typer.main.get_command(import_module(f"{service.replace('-', '_')}.__main__").app)
    for place, word in enumerate(words):
        if not hasattr(command, "commands"):
            known = {option for parameter in command.params for option in parameter.opts}
            return all(option in known for option in words[place:] if option.startswith("-"))
        if word not in command.commands:
            return False
        command = command.commands[word]
    return not hasattr(command, "commands")


def _leads_somewhere(target: str) -> bool:
    path, _, anchor = target.partition("#")
    file = HANDBOOK.parent / path if path else HANDBOOK
    if not file.exists():
        return False
    return not anchor or anchor in {_anchor(line) for line in file.read_text("utf-8").splitlines()}


def _anchor(line: str) -> str:
    """How a page's heading is linked to."""
    heading = re.match(r"#+ (.*)", line)
    return re.sub(r"[^\w -]", "", heading[1]).strip().lower().replace(" ", "-") if heading else ""


def test_every_command_that_the_handbook_names_is_taken() -> None:
    assert len(re.findall(rf"`(?:{_SERVICE}) ", PAGE)) > 10
    assert unknown_commands(PAGE) == []


def test_every_setting_that_the_handbook_names_is_read() -> None:
    assert unknown_settings(PAGE) == []


def test_every_required_setting_is_in_the_handbook() -> None:
    required = {service.prefix + name.upper() for service in SERVICES for name in service.needed}
    assert [name for name in sorted(required) if f"`{name}`" not in PAGE] == []


def test_every_link_of_the_handbook_leads_somewhere() -> None:
    assert broken_links(PAGE) == []


def test_every_make_target_that_the_handbook_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", PAGE)) <= targets


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ("`outbox-relay renumber`", ["outbox-relay renumber"]),
        ("`outbox-relay new-epoch --to 3`", ["outbox-relay new-epoch --to 3"]),
        ("`projector parked`", ["projector parked"]),
        ("`projector parked drop order:1 --reason why`", []),
    ],
)
def test_a_command_that_does_not_exist_is_found(page: str, found: list[str]) -> None:
    assert unknown_commands(page) == found


def test_a_setting_and_a_link_that_do_not_exist_are_found() -> None:
    assert unknown_settings("`PROJECTOR_SPEED=9`") == ["PROJECTOR_SPEED"]
    page = "[a](nothing.md) [b](#scale) [c](#no-such-section) [d](recovery.md#adopt)"
    assert broken_links(page) == ["nothing.md", "#no-such-section"]
