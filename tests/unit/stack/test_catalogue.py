"""The parts of this system: names, ports, order, settings, URLs."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from stack.accounts import Account
from stack.catalogue import ORDERS, PARTS, projector_of, with_search_path
from stack.lodging import Binaries, Lodging
from stack.parts import Site
from stack.postgres import PostgresServer
from stack.redis_users import kept_users
from stack.replicas import extended
from stack.services import ServiceServer
from stack.site_plan import plan_site
from stack.tour import curl_tour
from stack.valkey import ValkeyServer

URLS = {part.name: part.url_on(part.usual_port) for part in PARTS}
BY_NAME = {part.name: part for part in PARTS}


@pytest.fixture(autouse=True)
def _live(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the read database would say."""
    monkeypatch.setattr("stack.catalogue.live_generation", {URLS["read-db"]: "g7"}.__getitem__)


def site_in(folder: Path) -> Site:
    lodging = Lodging(folder, Binaries(folder / "bin", folder / "valkey-server"), Account(1, 1), moved=False)
    return Site(folder, lodging, URLS, {"PATH": "/bin", "COMMAND_API_LOG_LEVEL": "debug"})


def environment(name: str, folder: Path) -> dict[str, str]:
    server = BY_NAME[name].make(site_in(folder), BY_NAME[name].usual_port)
    return dict(server.command().env)


def test_there_are_three_engines_four_processes_and_a_gateway_before_them() -> None:
    assert ORDERS.names == (
        "write-db", "read-db", "redis", "command-api", "outbox-relay", "projector", "query-api", "gateway",
    )  # fmt: skip
    assert (BY_NAME["command-api"].usual_port, BY_NAME["query-api"].usual_port) == (8001, 8002)
    assert len({part.usual_port for part in PARTS}) == 8


def test_a_fraud_check_runs_only_where_it_is_asked_for_and_command_api_is_told_where(tmp_path: Path) -> None:
    assert "fraud-check" not in ORDERS.names
    assert "COMMAND_API_FRAUD_CHECK_URL" not in environment("command-api", tmp_path)
    first, *others = extended(ORDERS, ["fraud"]).parts
    assert (first.name, tuple(others)) == ("fraud-check", ORDERS.parts)
    site = replace(site_in(tmp_path), urls={**URLS, "fraud-check": "http://127.0.0.1:8005"})
    server = BY_NAME["command-api"].make(site, 8001)
    assert server.command().env["COMMAND_API_FRAUD_CHECK_URL"] == "http://127.0.0.1:8005/assess"


def test_the_gateway_stops_first_then_the_apis_then_the_workers_and_the_engines_last() -> None:
    order = [part.name for part in sorted(PARTS, key=lambda part: part.stops)]
    assert order[:5] == ["gateway", "query-api", "command-api", "outbox-relay", "projector"]


def test_each_service_gets_its_settings_under_its_own_prefix(tmp_path: Path) -> None:
    command_api = environment("command-api", tmp_path)
    assert command_api["COMMAND_API_DATABASE_URL"] == URLS["write-db"]
    assert (command_api["COMMAND_API_HOST"], command_api["COMMAND_API_PORT"]) == ("127.0.0.1", "8001")
    relay = environment("outbox-relay", tmp_path)
    assert relay["OUTBOX_RELAY_DATABASE_URL"] == URLS["write-db"]
    users = kept_users(tmp_path)
    assert relay["OUTBOX_RELAY_REDIS_URL"] == users.url(URLS["redis"], "relay")
    projector = environment("projector", tmp_path)
    assert projector["PROJECTOR_DATABASE_URL"] == URLS["read-db"]
    assert projector["PROJECTOR_REDIS_URL"] == users.url(URLS["redis"], "projector")
    assert projector["PROJECTOR_GENERATION"] == "g7"
    query_api = environment("query-api", tmp_path)
    assert query_api["QUERY_API_DATABASE_URL"] == URLS["read-db"]
    assert len(query_api["QUERY_API_PAGE_TOKEN_SECRET"]) >= 32


def test_a_projector_beside_the_others_has_a_generation_and_a_name_of_its_own(tmp_path: Path) -> None:
    part = projector_of("g9")
    assert (part.name, part.stops) == ("projector-g9", BY_NAME["projector"].stops)
    assert part.make(site_in(tmp_path), 1).command().env["PROJECTOR_GENERATION"] == "g9"


def test_services_inherit_what_the_caller_has_set_and_engines_do_not(tmp_path: Path) -> None:
    assert environment("command-api", tmp_path)["COMMAND_API_LOG_LEVEL"] == "debug"
    assert "COMMAND_API_LOG_LEVEL" not in environment("write-db", tmp_path)


def test_the_page_token_secret_outlives_a_restart_and_is_private(tmp_path: Path) -> None:
    first = environment("query-api", tmp_path)["QUERY_API_PAGE_TOKEN_SECRET"]
    assert environment("query-api", tmp_path)["QUERY_API_PAGE_TOKEN_SECRET"] == first
    assert (tmp_path / "page-token-secret").stat().st_mode & 0o077 == 0


def test_the_gateway_knows_every_process_of_both_apis_and_no_other(tmp_path: Path) -> None:
    site = site_in(tmp_path)
    more = {"command-api-2": "http://127.0.0.1:8011", "query-api-2": "http://127.0.0.1:8012"}
    server = BY_NAME["gateway"].make(replace(site, urls={**URLS, **more}), 8000)
    environment = server.command().env
    assert environment["COMMAND_API"] == "127.0.0.1:8001 127.0.0.1:8011"
    assert environment["QUERY_API"] == "127.0.0.1:8002 127.0.0.1:8012"
    assert (environment["GATEWAY_HOST"], environment["GATEWAY_PORT"]) == ("127.0.0.1", "8000")


def test_both_databases_are_migrated_before_the_services_start(tmp_path: Path) -> None:
    verbs = [part.migrate(site_in(tmp_path)).argv[-2:] for part in PARTS if part.migrate is not None]
    assert verbs == [["command_api", "migrate"], ["query_api", "migrate"]]


def test_the_engines_keep_every_write(tmp_path: Path) -> None:
    database = BY_NAME["write-db"].make(site_in(tmp_path), 1)
    link = BY_NAME["redis"].make(site_in(tmp_path), 1)
    assert isinstance(database, PostgresServer)
    assert isinstance(link, ValkeyServer)
    argv = list(database.command().argv)
    assert "synchronous_commit=on" in argv
    assert not [word for word in argv if word.startswith(("fsync=", "full_page_writes="))]
    settings = list(link.command().argv)
    for name, value in (("--appendonly", "yes"), ("--appendfsync", "everysec"), ("--maxmemory-policy", "noeviction")):
        assert settings[settings.index(name) + 1] == value


def test_people_are_told_the_read_database_with_its_tables_on_the_search_path() -> None:
    told = BY_NAME["read-db"].told(URLS["read-db"])
    assert told == "postgresql://postgres@127.0.0.1:5542/orders?options=-csearch_path%3Dlive"
    assert BY_NAME["write-db"].told(URLS["write-db"]) == URLS["write-db"]


def test_a_search_path_is_added_beside_other_parameters_but_not_over_given_options() -> None:
    assert with_search_path("postgresql://h/d?sslmode=require") == (
        "postgresql://h/d?sslmode=require&options=-csearch_path%3Dlive"
    )
    given = "postgresql://h/d?options=-csearch_path%3Dother"
    assert with_search_path(given) == given


def test_a_server_named_by_the_environment_wins() -> None:
    part = BY_NAME["redis"]
    assert part.given_url({"STACK_REDIS_URL": "redis://elsewhere"}) == "redis://elsewhere"
    assert part.given_url({"STACK_REDIS_URL": ""}) is None
    assert BY_NAME["command-api"].given_url({}) is None


def test_a_redis_that_the_environment_names_is_gone_to_as_it_says_and_people_are_told(tmp_path: Path) -> None:
    given = {"STACK_REDIS_URL": "redis://somebody@elsewhere"}
    site = Site(tmp_path, site_in(tmp_path).lodging, {**URLS, "redis": given["STACK_REDIS_URL"]}, given)
    for name in ("outbox-relay", "projector"):
        environment = BY_NAME[name].make(site, 1).command().env
        assert environment[f"{name.replace('-', '_').upper()}_REDIS_URL"] == "redis://somebody@elsewhere"
    (note,) = [note for note in plan_site(ORDERS, tmp_path, given).notes if note.startswith("redis is")]
    assert note.startswith("redis is the one that STACK_REDIS_URL names: outbox-relay and projector go there as ")


def test_people_go_to_redis_as_its_admin(tmp_path: Path) -> None:
    url = plan_site(ORDERS, tmp_path, {}).site.urls["redis"]
    assert url.startswith(f"redis://admin:{kept_users(tmp_path).users['admin'].password}@127.0.0.1:")


def test_a_service_is_asked_at_its_own_address(tmp_path: Path) -> None:
    server = BY_NAME["projector"].make(site_in(tmp_path), 8104)
    assert isinstance(server, ServiceServer)
    assert server.url == "http://127.0.0.1:8104"


def test_the_tour_is_three_lines_that_a_shell_can_read() -> None:
    lines = curl_tour(URLS)
    assert len(lines) == 3
    for line in lines:
        assert "\n" not in line
        assert subprocess.run(["/bin/sh", "-n", "-c", line], check=False).returncode == 0


def test_the_launcher_starts_itself_again_with_the_same_python() -> None:
    assert ORDERS.argv == (sys.executable, "-m", "stack")
