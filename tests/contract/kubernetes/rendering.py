"""What is made of other files and committed: the rendered overlays, and the Prometheus operator's form of the rules."""

import hashlib
import shutil
import subprocess
from typing import Any, Final

import yaml

from tests.architecture.tree import ROOT
from tests.contract.kubernetes.manifests import FOLDER, OVERLAYS, REBUILD

RULES: Final = ROOT / "deploy/observability/rules.yaml"
RULE: Final = FOLDER / "components/monitoring/prometheus-rule.yaml"
KUBECTL: Final = shutil.which("kubectl")
FINGERPRINT: Final = FOLDER / "rendered/made-of.sha256"
_SOURCES: Final = ("base", "components", "overlays")
_ABOUT: Final = "# Made of deploy/observability/rules.yaml by `make render`.\n"


def kustomized(overlay: str) -> str:
    """What `kubectl kustomize` makes of an overlay. Raises CalledProcessError with what it said."""
    command = [KUBECTL or "kubectl", "kustomize", str(FOLDER / "overlays" / overlay)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def groups() -> Any:
    """The groups of the plain rule file."""
    return yaml.safe_load(RULES.read_text("utf-8"))["groups"]


def prometheus_rule() -> str:
    """The same rules, for the Prometheus operator."""
    rule = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "orders"},
        "spec": {"groups": groups()},
    }
    return _ABOUT + yaml.safe_dump(rule, sort_keys=False, width=120, allow_unicode=True)


def fingerprint() -> str:
    """Of all that overlays are made of: tells that something was changed where there is no kubectl to render it."""
    digest = hashlib.sha256()
    for file in sorted(file for folder in _SOURCES for file in (FOLDER / folder).rglob("*") if file.is_file()):
        digest.update(f"{file.relative_to(FOLDER)} {hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest() + "\n"


def render() -> None:
    """Make them anew."""
    RULE.write_text(prometheus_rule(), "utf-8")
    for overlay in (*OVERLAYS, REBUILD):
        (FOLDER / "rendered" / f"{overlay}.yaml").write_text(kustomized(overlay), "utf-8")
    FINGERPRINT.write_text(fingerprint(), "utf-8")
