"""What the Dockerfile says: hadolint has no word against it, and what no linter knows of holds too."""

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.tree import ROOT, SERVICES, Package
from tests.contract.images.dockerfile import DOCKERFILE, IGNORED, is_sent, of, stages
from tests.contract.images.environments import IN_THE_IMAGE

TEXT: Final = DOCKERFILE.read_text()
STAND_IN: Final = ROOT / "tests" / "containers" / "engines" / "Dockerfile"
PINNED: Final = re.compile(r"[a-z0-9./-]+:[^:@]+@sha256:[0-9a-f]{64}")
LABELS: Final = [f"org.opencontainers.image.{name}" for name in ("title", "description", "version", "revision")]
NOBODY: Final = "10001:10001"
"""The user of our images, in deploy/compose and deploy/k8s too."""


def complaints(text: str) -> list[str]:
    """What hadolint says of a Dockerfile, on standard input; the shell in it is ShellCheck's."""
    hadolint = str(Path(sys.executable).with_name("hadolint"))
    labels = [f"--require-label={label}:text" for label in LABELS]
    ran = subprocess.run(
        [hadolint, "--no-color", "--failure-threshold=style", "--strict-labels", *labels, "-"],
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    said = ran.stdout.splitlines()
    assert (ran.returncode == 0) is (said == []), ran.stderr
    return said


def test_the_linter_has_nothing_to_say() -> None:
    assert complaints(TEXT) == []
    assert [said for said in complaints(STAND_IN.read_text()) if "Label `org.opencontainers" not in said] == []


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        ("USER 10001:10001", "USER root", "DL3002"),
        ("USER 10001:10001", "RUN sudo id\nUSER 10001:10001", "DL3004"),
        ("${BASE} AS build", "python:latest AS build", "DL3007"),
        ("USER 10001:10001", "RUN apt-get update && apt-get install -y curl\nUSER 10001:10001", "DL3008"),
        ("COPY libs", "ADD libs", "DL3020"),
        ('ENTRYPOINT ["/opt/service/bin/service"]', "ENTRYPOINT /opt/service/bin/service", "DL3025"),
        ("WORKDIR /build", "WORKDIR build", "DL3000"),
        ('.revision="', '.reversion="', "DL3049"),
        ("USER 10001:10001", 'RUN for file in $(ls); do rm "$file"; done\nUSER 10001:10001', "SC2045"),
    ],
)
def test_the_linter_would_say_so(before: str, after: str, rule: str) -> None:
    assert before in TEXT
    assert rule in " ".join(complaints(TEXT.replace(before, after)))


def test_everything_stands_on_one_image_that_is_named_by_its_digest() -> None:
    before, *built = stages(TEXT)
    (base,) = of("ARG", before)
    name, _, image = base.rest.partition("=")
    assert name == "BASE"
    assert PINNED.fullmatch(image)
    assert {stage[0].rest.split()[0] for stage in built} == {"${BASE}"}


def test_the_process_is_nobody_by_number_and_started_without_a_shell() -> None:
    last = stages(TEXT)[-1]
    assert [user.rest for user in of("USER", last)] == [NOBODY]
    (entry,) = of("ENTRYPOINT", last)
    assert entry.words() == [f"{IN_THE_IMAGE}/bin/service"]
    assert of("CMD", last) == []


def test_into_the_image_goes_the_environment_and_nothing_else() -> None:
    last = stages(TEXT)[-1]
    assert [copy.rest for copy in of("COPY", last)] == [f"--from=build {IN_THE_IMAGE} {IN_THE_IMAGE}"]
    assert of("RUN", last) + of("ADD", last) + of("VOLUME", last) == []


def test_every_argument_is_used() -> None:
    for stage in stages(TEXT)[1:]:
        said = "\n".join(instruction.rest for instruction in stage if instruction.word != "ARG")
        for argument in of("ARG", stage):
            assert "${" + argument.rest.partition("=")[0] + "}" in said


def test_labels_say_what_it_is_and_which() -> None:
    last = stages(TEXT)[-1]
    labels = dict(word.split("=", 1) for label in of("LABEL", last) for word in shlex.split(label.rest))
    assert list(labels) == LABELS
    assert labels["org.opencontainers.image.title"] == "orders/${SERVICE}"
    versions = {Package(ROOT / "services" / service).project["version"] for service in SERVICES}
    assert {one.rest for one in of("ARG", last) if one.rest.startswith("VERSION")} == {f"VERSION={versions.pop()}"}
    assert versions == set()


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_copied_is_there_and_sent(service: str) -> None:
    ignored = IGNORED.read_text()
    sources = [source for copy in of("COPY", stages(TEXT)[1]) for source in copy.sources(service)]
    assert f"services/{service}" in sources
    assert [source for source in sources if not ((ROOT / source).exists() and is_sent(source, ignored))] == []
    assert [one for one in SERVICES if one != service and any(one in source for source in sources)] == []


def test_no_password_and_nothing_that_only_tests_need_is_sent() -> None:
    ignored = IGNORED.read_text()
    kept = ("deploy/compose/.env", ".git/config", ".venv/bin/python", "tests/conftest.py", "libs/x/__pycache__/x.pyc")
    assert [path for path in kept if is_sent(path, ignored)] == []
    assert is_sent("deploy/compose/.env", ignored.replace("**/.*", ".*"))
