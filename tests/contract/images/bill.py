"""The bill of materials of an image, and what is wrong with one by CycloneDX's own schema (https://cyclonedx.org)."""

from functools import cache
from importlib.metadata import files
from pathlib import Path
from typing import Any, Final

import jsonschema_rs
import orjson

from tests.contract.images.environments import Environment, commands, execute

_SCHEMA: Final = "bom-1.6.SNAPSHOT.schema.json"
_REFERRED: Final = ("spdx.SNAPSHOT.schema.json", "jsf-0.82.SNAPSHOT.schema.json")


def bill_of_materials(environment: Environment) -> dict[str, Any]:
    """Made as the Dockerfile does it, which looks for faults by itself then, for some seconds."""
    execute(f"{commands(environment)[-1]} --no-validate", environment.folder, environment.service)
    bill: dict[str, Any] = orjson.loads((environment.folder / "sbom.cdx.json").read_bytes())
    return bill


def faults(bill: dict[str, Any]) -> list[str]:
    """Each as `place: what`."""
    assert bill["$schema"] == _schema(_SCHEMA)["$id"]
    return [f"{error.instance_path}: {error.message}" for error in _validator().iter_errors(bill)]


@cache
def _validator() -> jsonschema_rs.Validator:
    registry = jsonschema_rs.Registry([(f"http://cyclonedx.org/schema/{name}", _schema(name)) for name in _REFERRED])
    return jsonschema_rs.validator_for(_schema(_SCHEMA), registry=registry)


def _schema(name: str) -> Any:
    """One of those that the library brings which cyclonedx-py writes with."""
    (file,) = [file for file in files("cyclonedx-python-lib") or () if file.name == name]
    return orjson.loads(Path(str(file.locate())).read_bytes())
