"""Request headers with a grammar of their own: If-None-Match (RFC 9110, section 13.1.2) and Prefer (RFC 7240)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_TAG: Final = re.compile(r'[ \t,]*(?:W/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*(?=,|$)')
_VERSION: Final = re.compile(r"[1-9][0-9]{0,17}")
_PREFERENCE: Final = re.compile(
    r"""[ \t,]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)            # its name
        (?:[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^",;\s]*)))?   # its value, quoted or bare
        ((?:[ \t]*;(?:[^",]|"(?:[^"\\]|\\.)*")*)?)      # its parameters
        [ \t]*(?=,|$)""",
    re.VERBOSE,
)

DEFAULT_WAIT_SECONDS: Final = 2
LONGEST_WAIT_SECONDS: Final = 10


def none_match(header: str, tag: str) -> bool:
    """Whether `header` names `tag` (without quotes), so that the client has this version already.

    Tags are compared weakly. What stands behind a mistake in the list is not looked at.
    """
    if header.strip() == "*":
        return True
    return tag in _tags(header)


def _tags(header: str) -> Iterator[str]:
    position = 0
    while (found := _TAG.match(header, position)) is not None:
        yield found[1]
        position = found.end()


def known_versions(header: str) -> frozenset[int]:
    """The versions among the tags that `header` names: for these, `none_match` is True."""
    return frozenset(int(tag) for tag in _tags(header) if _VERSION.fullmatch(tag))


@dataclass(frozen=True, slots=True)
class Preferences:
    """How long to wait for a version, in seconds, and whether an older state will do after that."""

    wait: float = DEFAULT_WAIT_SECONDS
    lenient: bool = False


def preferences(header: str) -> Preferences:
    """What `header` prefers. Unknown preferences and values that make no sense are passed over, as RFC 7240 asks.

    Of preferences given twice the first one counts. A longer wait than LONGEST_WAIT_SECONDS is cut to it.
    """
    found: dict[str, str] = {}
    position = 0
    while (one := _PREFERENCE.match(header, position)) is not None:
        found.setdefault(one[1].lower(), one[3] if one[2] is None else re.sub(r"\\(.)", r"\1", one[2]))
        position = one.end()
    wait = found.get("wait") or ""
    seconds = min(int(wait[:9]), LONGEST_WAIT_SECONDS) if re.fullmatch(r"[0-9]+", wait) else DEFAULT_WAIT_SECONDS
    return Preferences(seconds, (found.get("handling") or "").lower() == "lenient")
