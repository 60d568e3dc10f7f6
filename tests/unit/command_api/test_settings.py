"""The settings: what stands where nothing is said, and one line for what cannot be."""

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from command_api.__main__ import app
from command_api.settings import Settings

URL = "postgresql://orders@localhost/orders"


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"COMMAND_API_{name.upper()}", raising=False)


def test_only_the_database_has_to_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMMAND_API_DATABASE_URL", URL)
    settings = Settings()
    assert settings.database_url == URL
    assert (settings.host, settings.port, settings.partitions) == ("127.0.0.1", 8001, 8)
    assert (settings.default_currency, settings.actor_header, settings.require_if_match) == ("EUR", None, False)
    assert (settings.require_idempotency_key, settings.idempotency_key_hours) == (False, 24)
    assert (settings.log_level, settings.log_format) == ("info", "auto")


def test_drafts_expire_after_thirty_days_and_reviews_have_no_limit() -> None:
    settings = Settings(database_url=URL)
    assert (settings.draft_idle_hours, settings.review_hours) == (720, 0)


def test_without_a_url_nobody_else_is_asked() -> None:
    settings = Settings(database_url=URL)
    assert (settings.fraud_check_url, settings.inventory_url) == (None, None)
    assert settings.fraud_check_when_down == "hold"
    assert settings.outside_proxy_from_environment is False


@pytest.mark.parametrize("name", ["FRAUD_CHECK_URL", "INVENTORY_URL"])
def test_where_tls_is_required_outside_systems_are_asked_over_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMMAND_API_DATABASE_URL", "postgresql://db/orders?sslmode=verify-full")
    monkeypatch.setenv("COMMAND_API_REQUIRE_TLS", "true")
    monkeypatch.setenv(f"COMMAND_API_{name}", "https://outside.example/ask?tenant=7")
    assert getattr(Settings(), name.lower()) == "https://outside.example/ask?tenant=7"
    monkeypatch.setenv(f"COMMAND_API_{name}", "http://outside.example/ask")
    with pytest.raises(ValidationError, match="REQUIRE_TLS asks for https://"):
        Settings()


def test_settings_do_not_change(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(database_url=URL)
    with pytest.raises(ValidationError, match="frozen"):
        settings.port = 1  # type: ignore[misc]


@pytest.mark.parametrize("verb", ["serve", "migrate"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", None),
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "mysql://orders"),
        ("DATABASE_URL", "postgresql://orders?colour=blue"),
        ("PORT", "0"),
        ("PORT", "70000"),
        ("PORT", "http"),
        ("PARTITIONS", "0"),
        ("PARTITIONS", "1025"),
        ("PARTITIONS", "8.5"),
        ("POOL_SIZE", "1"),
        ("POOL_WAIT_SECONDS", "nan"),
        ("SHUTDOWN_SECONDS", "0"),
        ("DEFAULT_CURRENCY", "eur"),
        ("DEFAULT_CURRENCY", "XXX"),
        ("ACTOR_HEADER", "no header"),
        ("REQUIRE_IF_MATCH", "perhaps"),
        ("REQUIRE_IDEMPOTENCY_KEY", "perhaps"),
        ("IDEMPOTENCY_KEY_HOURS", "23"),
        ("IDEMPOTENCY_KEY_HOURS", "24.5"),
        ("DRAFT_IDLE_HOURS", "-1"),
        ("REVIEW_HOURS", "8761"),
        ("FRAUD_CHECK_URL", ""),
        ("FRAUD_CHECK_URL", "fraud.example"),
        ("FRAUD_CHECK_URL", "ftp://fraud.example/"),
        ("FRAUD_CHECK_URL", "http:///assess"),
        ("FRAUD_CHECK_URL", "http://fraud.example:99999/"),
        ("FRAUD_CHECK_URL", "http://fraud..example/"),
        ("FRAUD_CHECK_URL", "http://fraud.example/#assess"),
        ("FRAUD_CHECK_TIMEOUT_SECONDS", "0"),
        ("FRAUD_CHECK_TIMEOUT_SECONDS", "30.5"),
        ("FRAUD_CHECK_WHEN_DOWN", "approve"),
        ("INVENTORY_URL", "//warehouse.example/"),
        ("INVENTORY_TIMEOUT_SECONDS", "soon"),
        ("INVENTORY_TIMEOUT_SECONDS", "31"),
        ("OUTSIDE_PROXY_FROM_ENVIRONMENT", "perhaps"),
        ("LOG_LEVEL", "loud"),
        ("LOG_FORMAT", "xml"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(verb: str, name: str, value: str | None) -> None:
    setting = {f"COMMAND_API_{name}": value}
    done = CliRunner().invoke(app, [verb], env={"COMMAND_API_DATABASE_URL": URL} | setting)
    assert done.exit_code == 2
    assert done.stderr.startswith(f"command-api: COMMAND_API_{name}: ")
    assert done.stderr.count("\n") == 1
    assert len(done.stderr.split(": ", 2)[2].strip()) > 5
    assert done.stdout == ""
