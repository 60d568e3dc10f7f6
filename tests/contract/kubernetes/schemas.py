"""What is wrong with a manifest, by the schemas of Kubernetes and of those who made the custom resources."""

from functools import cache
from pathlib import Path
from typing import Any, Final

import jsonschema_rs
import orjson

PUBLISHED: Final = Path(__file__).with_name("published")
KUBERNETES: Final = "1.37"
"""The newest whose schemas there are."""
CUSTOM: Final = {
    "gateway.networking.k8s.io/v1": ["HTTPRoute"],
    "keda.sh/v1alpha1": ["ScaledObject", "TriggerAuthentication"],
    "monitoring.coreos.com/v1": ["PrometheusRule", "ServiceMonitor"],
    "postgresql.cnpg.io/v1": ["Cluster"],
}
"""Kinds that are not Kubernetes' own, by API version."""


def fault(document: dict[str, Any]) -> str | None:
    """The first fault, as `place: what`; None where there is none. An unknown field is one."""
    if document["kind"] in CUSTOM.get(document["apiVersion"], ()):
        return _fault_of_custom(document)
    import kubernetes_validate  # type: ignore[import-untyped]  # noqa: PLC0415 -- takes each worker a second

    try:
        kubernetes_validate.validate(document, KUBERNETES, strict=True)
    except kubernetes_validate.ValidationError as error:
        return f"{'/'.join(map(str, error.path))}: {error.message}"
    except kubernetes_validate.SchemaNotFoundError as error:
        return str(error.message)
    return None


def _fault_of_custom(document: dict[str, Any]) -> str | None:
    try:
        _validator(document["kind"]).validate(document)
    except jsonschema_rs.ValidationError as error:
        return f"{'/'.join(map(str, error.instance_path))}: {error.message}"
    return None


@cache
def _validator(kind: str) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(orjson.loads((PUBLISHED / f"{kind}.json").read_bytes()))
