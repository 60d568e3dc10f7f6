"""Whether two versions of a schema (JSON Schema 2020-12) can live side by side.

A writer's schema is closed where it says `additionalProperties: false`: it writes just what it names. A reader is
tolerant: it passes over fields that it does not know, and where an enumeration is marked `"x-open-to-readers": true`
beside `enum`, it takes unknown values as they come. All else in a schema binds both. The verdicts are the words of
Confluent's Schema Registry
(https://docs.confluent.io/platform/current/schema-registry/fundamentals/schema-evolution.html):

- BACKWARD: a reader with the new schema reads all that was written by the old one. The log is kept for ever, and
  replays begin with its first event.
- FORWARD: a reader with the old schema reads all that is written by the new one. Old readers still run while a new
  version is rolled out.
- FULL: both. NONE: neither.

So there is one question, `misread`: could a document that the writer's schema allows be refused by the reader? What
cannot be decided counts as a reason, never as compatible: patterns and formats that differ, keywords that are not
known, alternatives that only together take what is written. Annotations never matter. Both schemas must be valid.
"""

from dataclasses import dataclass
from enum import StrEnum

from tests.contract.compatibility.places import Place, Schema, check
from tests.contract.compatibility.reading import Reading
from tests.contract.compatibility.reason import Reason

__all__ = ["Comparison", "Reason", "Schema", "Verdict", "compare", "misread"]


class Verdict(StrEnum):
    """Who can read whom."""

    FULL = "FULL"
    BACKWARD = "BACKWARD"
    FORWARD = "FORWARD"
    NONE = "NONE"


@dataclass(frozen=True)
class Comparison:
    """`backward` says what keeps the change from being BACKWARD, `forward` what keeps it from being FORWARD."""

    verdict: Verdict
    backward: tuple[Reason, ...]
    forward: tuple[Reason, ...]


def compare(old: Schema, new: Schema) -> Comparison:
    """What becomes of readers and of the log when `new` takes the place of `old`. Raises ValueError like `misread`."""
    backward, forward = tuple(misread(reader=new, writer=old)), tuple(misread(reader=old, writer=new))
    match bool(backward), bool(forward):
        case False, False:
            verdict = Verdict.FULL
        case False, True:
            verdict = Verdict.BACKWARD
        case True, False:
            verdict = Verdict.FORWARD
        case _:
            verdict = Verdict.NONE
    return Comparison(verdict, backward, forward)


def misread(reader: Schema, writer: Schema) -> list[Reason]:
    """Why a document that fits the writer's schema may be refused by the reader; empty if none ever is.

    No more than a hundred reasons are told of one type of document, those nearest to its top.

    Raises ValueError for a `$ref` that leads nowhere inside its document, or in a circle, and for what is no schema.
    """
    check(reader)
    check(writer)
    return Reading().reasons("", Place(reader, reader), [Place(writer, writer)])
