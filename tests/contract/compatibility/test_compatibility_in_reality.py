"""The verdict held against reality: documents are written and read, and a validator says whether they are taken."""

from functools import cache
from random import Random
from typing import Any, Final, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from tests.contract.compatibility import Reason, Schema, arrays, keywords, misread, objects, reading, scalars
from tests.contract.compatibility.places import Place
from tests.contract.compatibility.shapes import Shape
from tests.contract.compatibility.test_compatibility import BACKWARD, FORWARD, NONE, Change
from tests.contract.compatibility.test_compatibility_schemas import VALUES, documents, opened, pairs, validator
from tests.contract.compatibility.test_compatibility_unions import CHANGES
from tests.contract.compatibility.values import TYPES

PATIENT: Final = settings(deadline=None, max_examples=500, suppress_health_check=list(HealthCheck))
HUNTING: Final = settings(PATIENT, max_examples=5_000, phases=[Phase.generate], database=None)


class Trial(NamedTuple):
    """Two schemas, and documents of which most fit the writer's."""

    reader: Schema
    writer: Schema
    documents: list[Any]


@st.composite
def trials(draw: st.DrawFn) -> Trial:
    reader, writer = draw(pairs())
    return Trial(reader, writer, [*draw(st.lists(documents(writer), min_size=6, max_size=6)), *VALUES])


def refused(trial: Trial) -> list[Any]:
    """The documents that fit the writer's schema and that a tolerant reader does not take."""
    fits, takes = validator(trial.writer), validator(opened(trial.reader))
    return [document for document in trial.documents if fits.is_valid(document) and not takes.is_valid(document)]


def misjudged(trial: Trial) -> bool:
    return not misread(trial.reader, trial.writer) and refused(trial) != []


def misreadings(change: Change) -> list[tuple[Schema, Schema]]:
    """Reader and writer, wherever the table says that one misreads the other, and is in no doubt."""
    backward = [(change.new, change.old)] if change.verdict in {FORWARD, NONE} else []
    forward = [(change.old, change.new)] if change.verdict in {BACKWARD, NONE} else []
    return [] if change.in_doubt else backward + forward


@cache
def proofs() -> list[Trial]:
    """For each misreading of the table a document that proves it. Raises NoSuchExample where none is found."""
    return [_proof(reader, writer) for change in CHANGES for reader, writer in misreadings(change)]


def _proof(reader: Schema, writer: Schema) -> Trial:
    likely = Trial(reader, writer, [*VALUES])
    written = st.builds(Trial, st.just(reader), st.just(writer), st.lists(documents(writer), min_size=1, max_size=1))
    return (
        likely
        if refused(likely)
        else find(written, lambda trial: refused(trial) != [], settings=HUNTING, random=Random(1))
    )


def _any_of_one(self: Any, path: str, reader: Place, shape: Shape) -> list[Reason]:
    found: list[Reason] = self._nearest(path, shape, reader.listed("oneOf")) if "oneOf" in reader.keywords else []
    return found


BLIND: Final[dict[str, list[tuple[object, str, object]]]] = {
    "required": [(objects, "always", lambda shape: {"a", "b", "c"})],
    "fields": [(objects, "field", lambda shape, name: [Place(False, False)])],
    "other fields": [(objects, "rest", lambda shape: [Place(False, False)])],
    "sizes of objects": [(objects, "refused_size", lambda reader, shape: ())],
    "sizes of arrays": [(arrays, "refused_size", lambda reader, shape: ())],
    "elements": [(reading.Reading, "_of_elements", lambda self, path, reader, shape: ())],
    "numbers": [(scalars, "refused_number", lambda reader, shape: ())],
    "strings": [(scalars, "refused_string", lambda reader, shape: ())],
    "formats": [(scalars, "refused_format", lambda reader, shape: ())],
    "values": [(reading, "_of_values", lambda reader, shape: ())],
    "types": [(reading, "taken_types", lambda reader: TYPES), (reading, "named_types", lambda schema: TYPES)],
    "anyOf": [(reading.Reading, "_of_any", lambda self, path, reader, shape: [])],
    "oneOf": [(reading.Reading, "_of_one", lambda self, path, reader, shape: [])],
    "alternatives that overlap": [(reading.Reading, "_of_one", _any_of_one)],
}
"""What a comparison may overlook, and what makes it do so."""


@PATIENT
@given(trials())
def test_what_is_not_called_misread_is_taken_by_a_tolerant_reader(trial: Trial) -> None:
    assert misread(trial.reader, trial.writer) or refused(trial) == []


def test_there_are_trials_with_two_schemas_and_documents_that_are_read() -> None:
    def is_read(trial: Trial) -> bool:
        fits = validator(trial.writer)
        return not misread(trial.reader, trial.writer) and all(map(fits.is_valid, trial.documents[: -len(VALUES)]))

    assert find(trials(), lambda trial: trial.reader != trial.writer and is_read(trial), settings=HUNTING)


def test_every_misreading_in_the_table_is_proved_by_a_document() -> None:
    found = proofs()
    assert len(found) == sum(len(misreadings(change)) for change in CHANGES) > 80
    assert [trial for trial in found if not refused(trial) or not misread(trial.reader, trial.writer)] == []


@pytest.mark.parametrize("what", BLIND)
def test_a_comparison_that_overlooks_something_is_found_out_by_the_table(
    what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    proved = proofs()
    for place, name, blind in BLIND[what]:
        monkeypatch.setattr(place, name, blind)
    assert any(map(misjudged, proved))


@pytest.mark.parametrize("what", ["required", "fields", "types", "values", "numbers"])
def test_a_comparison_that_overlooks_something_is_found_out_at_random(
    what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place, name, blind in BLIND[what]:
        monkeypatch.setattr(place, name, blind)
    assert misjudged(find(trials(), misjudged, settings=HUNTING, random=Random(1)))


def test_a_keyword_that_is_not_known_is_not_taken_for_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """`not` stays as it was, and yet means less: what the reader passes over makes its inner schema take more."""
    trial = Trial({"not": {"additionalProperties": False}}, {"not": {"additionalProperties": False}}, [{"a": 1}])
    assert refused(trial) == [{"a": 1}]
    assert misread(trial.reader, trial.writer)
    monkeypatch.setattr(keywords, "_plain", lambda value: True)
    assert misjudged(trial)
