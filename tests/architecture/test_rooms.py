"""Which room may look into which: the rules hold, and each of them bites."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from importlinter.api import read_configuration

from tests.architecture.linter import Linter, linter, planted
from tests.architecture.tree import ROOT, copy_sources

_COMMAND: Final = "services/command-api/src/command_api"
_RELAY: Final = "services/outbox-relay/src/outbox_relay"
_PROJECTOR: Final = "services/projector/src/projector"
_QUERY: Final = "services/query-api/src/query_api"
_DOMAIN: Final = "libs/domain/src/orders_domain"
_CONTRACTS: Final = "libs/contracts/src/orders_contracts"
_LAUNCHER: Final = "deploy/local/src/stack"

_ROOMS: Final = "A service: __main__ over composition over entrypoints and adapters over application"
_APPLICATION: Final = "The application knows no driver, no web framework, no settings and no logger"
_SETTINGS: Final = "Settings are read by __main__ and composition"
_ENTRYPOINTS: Final = "Entrypoints speak to no engine"
_ADAPTERS: Final = "Adapters speak no HTTP to clients"
_SERVICES: Final = "Services share libraries, never one another's code"
_VERSIONS: Final = "Versions of events are the contracts' own business"

VIOLATIONS: Final = [
    (f"{_COMMAND}/application/bus.py", "import command_api.adapters.publish", _ROOMS),
    (f"{_RELAY}/application/ports.py", "import outbox_relay.entrypoints.probes", _ROOMS),
    (f"{_PROJECTOR}/application/ports.py", "import projector.settings", _ROOMS),
    (f"{_QUERY}/application/ports.py", "import query_api.observability", _ROOMS),
    (f"{_QUERY}/entrypoints/probes.py", "import query_api.adapters.postgres.tables", _ROOMS),
    (f"{_COMMAND}/adapters/publish.py", "import command_api.entrypoints.problems", _ROOMS),
    (f"{_RELAY}/adapters/outbox_table.py", "import outbox_relay.composition", _ROOMS),
    (f"{_PROJECTOR}/composition/process.py", "import projector.__main__", _ROOMS),
    (f"{_QUERY}/attic.py", '"""A new room that nobody has placed."""', _ROOMS),
    (f"{_COMMAND}/application/bus.py", "import psycopg", _APPLICATION),
    (f"{_RELAY}/application/ports.py", "from redis.asyncio import Redis", _APPLICATION),
    (f"{_PROJECTOR}/application/ports.py", "import structlog", _APPLICATION),
    (f"{_PROJECTOR}/application/ports.py", "import logging", _APPLICATION),
    (f"{_QUERY}/application/ports.py", "from starlette.requests import Request", _APPLICATION),
    (f"{_COMMAND}/entrypoints/orders.py", "from command_api.settings import Settings", _SETTINGS),
    (f"{_RELAY}/observability.py", "from outbox_relay.settings import Settings", _SETTINGS),
    (f"{_QUERY}/entrypoints/probes.py", "import sqlalchemy", _ENTRYPOINTS),
    (f"{_PROJECTOR}/adapters/read_tables.py", "import uvicorn", _ADAPTERS),
    (f"{_QUERY}/composition.py", "import projector.application.ports", _SERVICES),
    (f"{_DOMAIN}/values.py", "import orders_contracts.streams", "The domain knows nobody"),
    (f"{_PROJECTOR}/application/ports.py", "from orders_domain.values import Sku", "Only command-api decides"),
    (f"{_CONTRACTS}/streams.py", "import command_api.application.bus", "The event language knows nobody"),
    (f"{_PROJECTOR}/application/ports.py", "import orders_contracts.v1.orders", _VERSIONS),
    (f"{_COMMAND}/adapters/publish.py", "from orders_contracts.v2.orders import OrderShipped", _VERSIONS),
    (f"{_LAUNCHER}/services.py", "import command_api", "The launcher starts programs and knows nobody's code"),
    (f"{_COMMAND}/composition.py", "import stack.engines", "Nobody needs the launcher"),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources, elsewhere."""
    return copy_sources(tmp_path_factory.mktemp("rooms"))


@pytest.fixture(scope="module")
def judge(copy: Path) -> Iterator[Linter]:
    """Judges the copy."""
    with linter(copy, copy / "cache") as judging:
        yield judging


def test_the_rooms_keep_their_rules(tmp_path: Path) -> None:
    with linter(ROOT, tmp_path) as judging:
        verdict = judging.verdict()
    assert verdict.kept, verdict.words


def test_it_is_the_copy_that_is_judged(copy: Path, judge: Linter) -> None:
    with planted(copy / _COMMAND / "application/bus.py", "this is no Python"):
        verdict = judge.verdict()
    assert not verdict.kept
    assert f"{copy}/{_COMMAND}/application/bus.py" in verdict.words
    assert judge.verdict().kept


@pytest.mark.parametrize(
    ("file", "line", "rule"), VIOLATIONS, ids=[f"{Path(file).parts[3]}: {line}" for file, line, _ in VIOLATIONS]
)
def test_a_violation_is_caught(copy: Path, judge: Linter, file: str, line: str, rule: str) -> None:
    with planted(copy / file, line):
        verdict = judge.verdict()
    assert not verdict.kept
    assert f"{rule} BROKEN" in verdict.words


def test_every_rule_has_been_seen_to_bite() -> None:
    options = read_configuration(str(ROOT / ".importlinter"))
    assert {contract["name"] for contract in options["contracts_options"]} == {rule for _, _, rule in VIOLATIONS}
