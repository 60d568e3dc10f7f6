"""Both files, and what they come to together, are what compose takes; nothing that is asked for is left open."""

import hashlib
import re
from pathlib import Path
from typing import Any, Final

import jsonschema_rs
import orjson
import pytest

from tests.contract.compose.composed import CERTIFICATES, WAYS, composed, new_passwords, raw, variables

PUBLISHED: Final = Path(__file__).with_name("published")
SCHEMA: Final = PUBLISHED / "compose-spec.json"
VALIDATOR: Final = jsonschema_rs.validator_for(orjson.loads(SCHEMA.read_bytes()))
PASSWORD: Final = re.compile(r"[0-9a-f]{48}")
"""Nothing that a URL, sed or a file of users would take for something else."""


def faults(document: dict[str, Any]) -> list[str]:
    """Each as `place: what`."""
    return [f"{'/'.join(map(str, one.instance_path))}: {one.message}" for one in VALIDATOR.iter_errors(document)]


@pytest.mark.parametrize("name", WAYS["tls"])
def test_a_file_obeys_the_published_schema(name: str) -> None:
    assert faults(raw(name)) == []


@pytest.mark.parametrize("way", WAYS)
def test_what_they_come_to_obeys_it_too(way: str) -> None:
    assert faults(composed(way)) == []


@pytest.mark.parametrize(
    ("service", "change"),
    [
        ("query-api", {"networs": ["front"]}),
        ("query-api", {"read_only": ["yes"]}),
        ("redis", {"healthcheck": {"test": "ping", "intervall": "5s"}}),
        ("write-db", {"volumes": [{"type": "somewhere", "target": "/data"}]}),
    ],
)
def test_what_compose_does_not_know_is_seen(service: str, change: dict[str, Any]) -> None:
    document = composed("plain")
    document["services"][service] |= change
    assert faults(document)[0].startswith(f"services/{service}")


def test_the_published_schema_is_the_one_that_the_page_names() -> None:
    page = (PUBLISHED / "README.md").read_text("utf-8")
    assert f"`{hashlib.sha256(SCHEMA.read_bytes()).hexdigest()}`" in page


def test_what_has_to_be_there_is_made_by_the_script_and_everything_else_has_a_value() -> None:
    asked = {name: variables(name) for name in WAYS["tls"]}
    assert {how for file in asked.values() for how in file.values() if not how.startswith(":-")} == {":?"}
    needed = {file: {name for name, how in of.items() if how == ":?"} for file, of in asked.items()}
    assert needed["compose.yaml"] == new_passwords().keys()
    assert needed["compose.tls.yaml"] - {"CERTIFICATES"} <= needed["compose.yaml"]
    assert CERTIFICATES in orjson.dumps(composed("tls")).decode()


def test_passwords_are_at_random_and_fit_wherever_they_are_put() -> None:
    first, second = new_passwords(), new_passwords()
    made = [*first.values(), *second.values()]
    assert [password for password in made if not PASSWORD.fullmatch(password)] == []
    assert len(set(made)) == 2 * len(first)


def test_images_of_others_are_named_by_their_version() -> None:
    images = {name: spec["image"] for name, spec in composed("plain")["services"].items()}
    others = [image.partition(":") for image in images.values() if not image.startswith("orders/")]
    assert len(others) == 6
    assert [name for name, _, tag in others if tag in {"", "latest"} or "/" not in name] == []
