"""What every refusal has: a stable code for programs and a plain sentence for people."""

from collections.abc import Mapping
from typing import ClassVar


class DomainError(Exception):
    """A rule said no. Nothing has changed.

    `code` never changes once published; `detail` is a sentence; `extra` holds the facts, ready for JSON.
    """

    code: ClassVar[str]

    def __init__(self, detail: str, **extra: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extra: Mapping[str, object] = extra
