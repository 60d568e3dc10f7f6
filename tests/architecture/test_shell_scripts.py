"""Shell scripts can be read by the shell that they name, stop at what fails, and say what they are for."""

import os
import subprocess
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.tree import ROOT

FOLDERS: Final = ("deploy", "tests", ".ci")
FIRST_LINES: Final = {"#!/bin/sh": "sh", "#!/usr/bin/env bash": "bash"}
STRICT: Final = {"set -eu", "set -euo pipefail"}
SCRIPTS: Final = sorted(
    file
    for folder in FOLDERS
    for file in (ROOT / folder).rglob("*")
    if file.is_file() and (file.suffix == ".sh" or file.parent.name == ".ci")
)


def faults(script: Path) -> list[str]:
    """What is not as it should be."""
    first, second, *rest = script.read_text().splitlines()
    shell = FIRST_LINES.get(first)
    if shell is None:
        return [f"begins with {first}"]
    found = [] if second.startswith("# ") else ["does not say what it is for"]
    if next((line for line in rest if line and not line.startswith("#")), None) not in STRICT:
        found.append("goes on after what fails")
    if not os.access(script, os.X_OK):
        found.append("cannot be run")
    read = subprocess.run([shell, "-n", script], capture_output=True, text=True, check=False)
    return found if read.returncode == 0 else [*found, read.stderr]


@pytest.mark.parametrize("script", SCRIPTS, ids=[str(script.relative_to(ROOT)) for script in SCRIPTS])
def test_a_script_can_be_read_and_stops_at_what_fails(script: Path) -> None:
    assert faults(script) == []


def test_there_are_scripts_of_images_of_compose_and_of_ci() -> None:
    assert {"install.sh", "new-env.sh", "postgres.sh", "run"} <= {script.name for script in SCRIPTS}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("#!/bin/zsh\n# What for.\nset -eu\n", "begins with"),
        ("#!/bin/sh\nset -eu\nset -eu\n", "does not say"),
        ("#!/bin/sh\n# What for.\necho set -eu\n", "goes on"),
        ("#!/bin/sh\n# What for.\nset -eu\nif true; then\n", "end of file"),
    ],
)
def test_a_script_that_is_not_so_is_caught(tmp_path: Path, text: str, fault: str) -> None:
    script = tmp_path / "odd.sh"
    script.write_text(text)
    assert any(fault in found for found in faults(script))
    assert "cannot be run" in faults(script) or fault == "begins with"
