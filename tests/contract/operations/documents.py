"""The files that operators are given, read: rules, the stories played against them, dashboards, the handbook."""

import json
import re
from functools import cache
from typing import Any, Final

import yaml

from tests.architecture.tree import ROOT

OBSERVABILITY: Final = ROOT / "deploy" / "observability"
HANDBOOK: Final = ROOT / "docs" / "operations.md"
_ALERT_HEADING: Final = re.compile(r"^### (\w+)$", re.MULTILINE)

Rule = dict[str, Any]


@cache
def loaded(name: str) -> Any:
    """A YAML file of the folder."""
    return yaml.safe_load((OBSERVABILITY / name).read_text("utf-8"))


def rules() -> list[Rule]:
    """All rules, in their order."""
    return [rule for group in loaded("rules.yaml")["groups"] for rule in group["rules"]]


def alerts() -> dict[str, Rule]:
    """The alerts by name."""
    return {rule["alert"]: rule for rule in rules() if "alert" in rule}


def records() -> dict[str, str]:
    """What is recorded, and how it is computed."""
    return {rule["record"]: rule["expr"] for rule in rules() if "record" in rule}


def played() -> dict[str, set[bool]]:
    """By alert, whether stories expect it to fire: once, and once not."""
    checks = [check for story in loaded("rules.test.yaml")["tests"] for check in story["promql_expr_test"]]
    found: dict[str, set[bool]] = {}
    for check in checks:
        for alert in re.findall(r'alertname="(\w+)"', check["expr"]):
            found.setdefault(alert, set()).add(bool(check["exp_samples"]))
    return found


def panels() -> dict[str, list[str]]:
    """The expressions of every panel of every dashboard, with Grafana's own variable filled in."""
    found = {}
    for file in sorted((OBSERVABILITY / "grafana" / "dashboards").glob("*.json")):
        for panel in json.loads(file.read_text("utf-8"))["panels"]:
            if panel["type"] not in {"row", "alertlist"}:
                texts = [target["expr"].replace("$__rate_interval", "1m") for target in panel["targets"]]
                found[f"{file.stem}: {panel['title']}"] = texts
    return found


def sections() -> list[str]:
    """The alerts that the handbook has a section about."""
    return _ALERT_HEADING.findall(HANDBOOK.read_text("utf-8"))
