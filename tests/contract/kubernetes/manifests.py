"""The rendered overlays as tests see them: documents, the pods that come of them, what their containers are told."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Final, NamedTuple

import orjson
import yaml

from tests.architecture.tree import ROOT

FOLDER: Final = ROOT / "deploy/k8s"
OVERLAYS: Final = ("dev", "production")
"""Whole systems."""
REBUILD: Final = "rebuild"
"""What is applied beside production for a while."""
_PODS: Final = ("Deployment", "StatefulSet", "Job")

Document = dict[str, Any]


def rendered(overlay: str) -> list[Document]:
    """Every document of an overlay as it is committed; the caller may change them."""
    documents: list[Document] = orjson.loads(_read(overlay))
    return documents


@cache
def _read(overlay: str) -> bytes:
    """As JSON, which is read a hundred times faster."""
    text = (FOLDER / "rendered" / f"{overlay}.yaml").read_text("utf-8")
    return orjson.dumps(list(yaml.load_all(text, yaml.CSafeLoader)))


def of_kind(kind: str, documents: Iterable[Document]) -> dict[str, Document]:
    """All of one kind, by name."""
    return {document["metadata"]["name"]: document for document in documents if document["kind"] == kind}


def named(kind: str, name: str, overlay: str) -> Document:
    """One document of an overlay."""
    return of_kind(kind, rendered(overlay))[name]


class Pod(NamedTuple):
    """What a Deployment, StatefulSet or Job makes. `spec` is the pod's, `owner` the whole document."""

    name: str
    labels: Mapping[str, str]
    spec: Document
    owner: Document

    @property
    def containers(self) -> list[Document]:
        """All of them, those that only prepare included."""
        return [*self.spec.get("initContainers", ()), *self.spec["containers"]]

    @property
    def main(self) -> Document:
        """The one that does the work."""
        (container,) = self.spec["containers"]
        return dict(container)

    @property
    def settings(self) -> dict[str, Any]:
        """The main container's environment: a text, or the (name, key) of the Secret or ConfigMap where it stands."""
        return {entry["name"]: _value(entry) for entry in self.main.get("env", ())}


def pods(documents: Iterable[Document]) -> Iterator[Pod]:
    """One for each document that makes pods."""
    for document in documents:
        if document["kind"] in _PODS:
            template = document["spec"]["template"]
            yield Pod(document["metadata"]["name"], template["metadata"]["labels"], template["spec"], document)


def pods_of(overlay: str) -> dict[str, Pod]:
    """All of an overlay, by name."""
    return {pod.name: pod for pod in pods(rendered(overlay))}


def _value(entry: Document) -> Any:
    if "value" in entry:
        return entry["value"]
    (reference,) = entry["valueFrom"].values()
    return reference["name"], reference["key"]
