"""What becomes of readers and of the log when the present schemas take the place of every released one.

An event's schema may change as long as today's readers take all that was ever written under its version: events are
kept for ever, and replays begin with the first. What cannot be read so needs a new version and an upcaster.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import orjson

from tests.contract.compatibility import Verdict, compare
from tests.contract.events.goldens import names, schema
from tests.contract.releases.records import Release

Schemas = Mapping[str, Any]
"""By file name, such as `OrderCreated.v1.json`."""

_ADVICE: Final = {
    Verdict.FULL: "old and new live side by side",
    Verdict.BACKWARD: "deploy readers first",
    Verdict.FORWARD: "events of then could not be read: raise the version",
    Verdict.NONE: "raise the version",
}
_NEW: Final = "a reader of then, an event of now: not known; it is parked, and what follows it, until the upgrade"


class Row(NamedTuple):
    """One present schema against one of the past. `raised`: the past one is of the version before."""

    name: str
    against: str
    verdict: Verdict
    reasons: Sequence[str]
    raised: bool = False

    @property
    def is_fault(self) -> bool:
        """Whether this must not be released."""
        return not self.raised and self.verdict in {Verdict.FORWARD, Verdict.NONE}

    def __str__(self) -> str:
        meaning = "the version was raised" if self.raised else _ADVICE[self.verdict]
        told = [f"{self.name:<28} {self.against:<16} {self.verdict:<8} {meaning}"]
        return "\n".join([*told, *(f"    {reason}" for reason in self.reasons)])


def present_schemas() -> dict[str, Any]:
    """Those of the code as it stands."""
    return {name: schema(name) for name in names("schemas")}


def released_schemas(release: Release) -> dict[str, Any]:
    """Those of a release."""
    return {name: orjson.loads(release.read(f"schemas/{name}")) for name in release.names("schemas")}


def rows(present: Schemas, past: Mapping[int, Schemas]) -> list[Row]:
    """Every present schema against every released one of its name, and against the version before it."""
    found = []
    for name in sorted(present.keys() | {name for schemas in past.values() for name in schemas}):
        found += [*_against_releases(name, present, past), *_against_the_version_before(name, present)]
    return found


def _against_releases(name: str, present: Schemas, past: Mapping[int, Schemas]) -> Iterator[Row]:
    for number, schemas in past.items():
        if name in schemas and name in present:
            yield _row(name, f"release {number}", schemas[name], present[name])
        elif name in schemas:
            yield Row(_shown(name), f"release {number}", Verdict.NONE, ["it is gone, and the log may hold some"])
        else:
            yield Row(_shown(name), f"release {number}", Verdict.BACKWARD, [_NEW])


def _against_the_version_before(name: str, present: Schemas) -> Iterator[Row]:
    stem, _, version = name.removesuffix(".json").rpartition(".v")
    before = f"{stem}.v{int(version) - 1}.json"
    if before in present and name in present:
        yield _row(name, f"version {int(version) - 1}", present[before], present[name])._replace(raised=True)


def _row(name: str, against: str, old: Any, new: Any) -> Row:
    comparison = compare(old, new)
    backward = [f"a reader of now, an event of then: {reason}" for reason in comparison.backward]
    forward = [f"a reader of then, an event of now: {reason}" for reason in comparison.forward]
    return Row(_shown(name), against, comparison.verdict, [*backward, *forward])


def _shown(name: str) -> str:
    return name.removesuffix(".json")
