"""What may stand in a path, a query or a header: how it is read, and what the OpenAPI document says of it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final
from urllib.parse import parse_qsl
from uuid import UUID

from starlette.types import Scope

from query_api.entrypoints.problems import FieldError, invalid, malformed

_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SKU: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_INTEGER: Final = re.compile(r"0|-?[1-9][0-9]{0,18}")
_MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})", re.ASCII)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_BIGINT: Final = 2**63
_MOST_FIELDS: Final = 50


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter. `read` turns its text into a value or raises ValueError with a sentence for the client."""

    name: str
    read: Callable[[str], Any]
    schema: Mapping[str, object]
    description: str
    place: str = "query"
    example: str | int | None = None

    def openapi(self) -> dict[str, object]:
        """A Parameter Object (OpenAPI 3.1)."""
        described: dict[str, object] = {
            "name": self.name,
            "in": self.place,
            "required": self.place == "path",
            "schema": dict(self.schema),
            "description": self.description,
        }
        return described if self.example is None else {**described, "example": self.example}


def uuid(text: str) -> UUID:
    if _UUID.fullmatch(text) is None:
        raise ValueError("is not a UUID.")
    return UUID(text)


def sku(text: str) -> str:
    if _SKU.fullmatch(text) is None:
        raise ValueError("is not a SKU: up to 64 letters, digits, dots, underscores and hyphens.")
    return text


def integer(lowest: int, highest: int) -> Callable[[str], int]:
    """Reads a decimal integer, both bounds included."""

    def read(text: str) -> int:
        if _INTEGER.fullmatch(text) is None or not lowest <= (number := int(text)) <= highest:
            raise ValueError(f"is not an integer from {lowest} to {highest}.")
        return number

    return read


amount: Final = integer(-_BIGINT, _BIGINT - 1)


def moment(text: str) -> datetime:
    """RFC 3339; finer than microseconds is cut off."""
    try:
        if _MOMENT.fullmatch(text.upper()) is None:
            raise ValueError
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("is not a moment such as 2026-11-22T03:43:08.000120Z (RFC 3339; write + as %2B).") from None


def day(text: str) -> date:
    """RFC 3339, a full-date."""
    try:
        if _DAY.fullmatch(text) is None:
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("is not a day such as 2026-11-22.") from None


def currency(text: str) -> str:
    if _CURRENCY.fullmatch(text) is None:
        raise ValueError("is not a currency such as EUR (ISO 4217).")
    return text


def one_of(values: Sequence[str]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in values:
            raise ValueError(f"is none of {', '.join(values)}.")
        return text

    return read


def text_up_to(length: int) -> Callable[[str], str]:
    """Reads 1 to `length` characters without control characters, which Postgres could not even compare."""

    def read(text: str) -> str:
        if not 1 <= len(text) <= length or any(ord(char) < 32 or ord(char) == 127 for char in text):
            raise ValueError(f"is not a text of 1 to {length} printable characters.")
        return text

    return read


def path_value(scope: Scope, parameter: Parameter) -> Any:
    """The value of a path parameter. Raises Problem (422)."""
    try:
        return parameter.read(scope["path_params"][parameter.name])
    except ValueError as error:
        raise invalid([FieldError(f"/path/{parameter.name}", f"{parameter.name} {error}")]) from None


def query_values(scope: Scope, parameters: Sequence[Parameter] = ()) -> dict[str, Any]:
    """The values that are given, by name. Raises Problem: 400 for what is not UTF-8, else 422 with all mistakes."""
    raw: bytes = scope["query_string"]
    if not raw:
        return {}
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except UnicodeError:
        raise malformed("The query is not percent-encoded UTF-8.") from None
    except ValueError:
        raise malformed(f"The query has more than {_MOST_FIELDS} fields.") from None
    known = {parameter.name: parameter for parameter in parameters}
    values: dict[str, Any] = {}
    errors: list[FieldError] = []
    for name, text in pairs:
        try:
            values[name] = _value(known, values, name, text)
        except ValueError as error:
            errors.append(FieldError(f"/query/{name}", f"{name} {error}"))
    if errors:
        raise invalid(errors)
    return values


def _value(known: Mapping[str, Parameter], values: Mapping[str, Any], name: str, text: str) -> Any:
    if name not in known:
        raise ValueError("is not a parameter of this call.")
    if name in values:
        raise ValueError("is given more than once.")
    return known[name].read(text)
