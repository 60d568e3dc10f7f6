"""The whole system with every way encrypted; and what a process says of a server that cannot prove its name."""

from contextlib import ExitStack
from pathlib import Path
from typing import Final
from uuid import uuid4

import httpx
import pytest
from typer.testing import CliRunner

from command_api import __main__ as command_api
from query_api import __main__ as query_api
from tests import web
from tests.integration.tls.conftest import Tls
from tests.integration.tls.processes import WITHIN, Process, running, settings_of

VERBS: Final = {"command_api": "serve", "outbox_relay": "run", "projector": "run", "query_api": "serve"}


def test_an_order_travels_from_one_side_to_the_other_over_tls(tls: Tls, tmp_path: Path) -> None:
    with ExitStack() as stack:
        processes: dict[str, Process] = {
            module: stack.enter_context(running(module, verb, tmp_path, settings_of(module, tls)))
            for module, verb in VERBS.items()
        }
        for process in processes.values():
            process.until_ready()
        commands, queries = processes["command_api"].url, processes["query_api"].url
        ordered = web.post(f"{commands}/api/v1/orders", json={"customer_id": str(uuid4())}, timeout=WITHIN)
        assert ordered.status_code == httpx.codes.CREATED
        fresh = {"Consistency-Token": ordered.headers["Consistency-Token"], "Prefer": "wait=10"}
        seen = web.get(f"{queries}/api/v1/orders/{ordered.json()['order_id']}", headers=fresh, timeout=WITHIN)
        assert seen.json()["version"] == ordered.json()["version"]
    assert min(tls.write.encrypted, tls.read.encrypted, tls.redis.encrypted) >= 2


@pytest.mark.parametrize("module", ["command_api", "outbox_relay", "projector"])
def test_a_process_that_does_not_believe_a_server_says_so_and_is_not_ready(
    tls: Tls, tmp_path: Path, module: str
) -> None:
    with running(module, VERBS[module], tmp_path, settings_of(module, tls, authority=tls.stranger)) as process:
        process.until_it_says("certificate verify failed")
        assert process.readiness()[0] != httpx.codes.OK


MIGRATIONS: Final = {"command_api": command_api.app, "query_api": query_api.app}


@pytest.mark.parametrize("module", MIGRATIONS)
def test_a_migration_goes_over_tls_too_and_ends_with_one_line_where_it_does_not_believe_a_server(
    tls: Tls, module: str
) -> None:
    for authority, status in ((tls.authority, 0), (tls.stranger, 2)):
        settings = settings_of(module, tls, authority=authority)
        given = {f"{module.upper()}_{name}": value for name, value in settings.items()}
        ran = CliRunner().invoke(MIGRATIONS[module], ["migrate"], env=given)
        assert ran.exit_code == status, ran.stderr
    assert ran.stderr.count("\n") == 1
    assert f"{module.upper()}_DATABASE_URL: " in ran.stderr
    assert "certificate verify failed" in ran.stderr
