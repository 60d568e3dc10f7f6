"""Numbers and strings: does the writer keep within what the reader takes?"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import inf
from typing import Any

from tests.contract.compatibility.shapes import ANY_VALUE, Shape


def refused_number(reader: Mapping[str, Any], shape: Shape) -> Iterator[str]:
    """In which ways a number may be outside the reader's bounds."""
    least, at_least = shape.lower()
    most, at_most = shape.upper()
    if (bound := reader.get("minimum", -inf)) > least:
        yield f"may be less than {bound}, the least that the reader takes"
    if (bound := reader.get("exclusiveMinimum", -inf)) > least or (bound == least != -inf and at_least):
        yield f"may be {bound} or less, where the reader takes only more"
    if (bound := reader.get("maximum", inf)) < most:
        yield f"may be more than {bound}, the most that the reader takes"
    if (bound := reader.get("exclusiveMaximum", inf)) < most or (bound == most != inf and at_most):
        yield f"may be {bound} or more, where the reader takes only less"
    if "multipleOf" in reader and not _divides(reader["multipleOf"], shape):
        yield f"may be something else than a multiple of {reader['multipleOf']}, which the reader asks for"


def refused_string(reader: Mapping[str, Any], shape: Shape) -> Iterator[str]:
    """In which ways a string may be outside the reader's bounds. Patterns are the same or not: one may not follow."""
    if (least := reader.get("minLength", 0)) > shape.largest("minLength", 0):
        yield f"may be shorter than {least}, the least length that the reader takes"
    if (most := reader.get("maxLength", inf)) < shape.smallest("maxLength"):
        yield f"may be longer than {most}, the greatest length that the reader takes"
    if "pattern" in reader and not shape.says("pattern", reader["pattern"]):
        yield f"may not match {reader['pattern']}, the pattern that the reader asks for"


def refused_format(reader: Mapping[str, Any], shape: Shape) -> Iterator[str]:
    """Formats are the same or not: one may not follow. They mean nothing to null and to booleans."""
    if "format" in reader and shape.type not in {"null", "boolean"} and not shape.says("format", reader["format"]):
        yield f"may not be of the format {reader['format']}, which the reader asks for"


def _divides(divisor: float, shape: Shape) -> bool:
    """Is all that is written a multiple of `divisor`? Reckoned in decimals, as it stands in the schema."""
    steps = [part.keywords["multipleOf"] for part in shape.said if "multipleOf" in part.keywords]
    if shape.type == "integer":
        steps.append(1)
    if shape.value is not ANY_VALUE:
        steps.append(shape.value)
    return any((Fraction(str(step)) / Fraction(str(divisor))).denominator == 1 for step in steps)
