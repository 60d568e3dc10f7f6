"""docs/problems.md: every problem of both services, made from the tables that their answers are made from."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, Protocol

from command_api.entrypoints.problem_kinds import PROBLEMS as COMMAND_PROBLEMS
from query_api.entrypoints.problem_kinds import PROBLEMS as QUERY_PROBLEMS

FILE: Final = Path(__file__).parents[3] / "docs/problems.md"

_INTRODUCTION: Final = """\
<!-- Made by `python -m tests.contract problems` from entrypoints/problem_kinds.py of both services. -->

# Problems

What the two APIs answer when they cannot do what was asked: `application/problem+json` (RFC 9457) with `type`, `title`,
`status`, `detail`, `instance`, `code` and `trace_id`, and the further members that are named here. `code` is stable and
meant for programs; `detail` is for people and may change. `type` leads to the code on a page of the service that
answered, `/commands/docs/problems` or `/queries/docs/problems`, also through a gateway; it may move, `code` does not
([0011](adr/0011-documentation-under-the-prefix.md)). The OpenAPI documents in [api](api) say which operation answers
which.
"""


class _Member(Protocol):
    @property
    def meaning(self) -> str: ...


class _Kind(Protocol):
    """What both services' tables tell of a code."""

    @property
    def status(self) -> int: ...
    @property
    def title(self) -> str: ...
    @property
    def when(self) -> str: ...
    @property
    def advice(self) -> str: ...
    @property
    def members(self) -> Mapping[str, _Member]: ...
    @property
    def retry_after(self) -> int | None: ...


TABLES: Final[Mapping[str, Mapping[str, _Kind]]] = {"command-api": COMMAND_PROBLEMS, "query-api": QUERY_PROBLEMS}


def page() -> str:
    """The whole file."""
    return "\n".join([_INTRODUCTION, *(line for service in TABLES for line in _service(service))])


def _service(service: str) -> Iterator[str]:
    yield f"## {service}"
    yield ""
    for code, kind in sorted(TABLES[service].items(), key=lambda item: (item[1].status, item[0])):
        yield from _section(code, kind)


def _section(code: str, kind: _Kind) -> Iterator[str]:
    yield f"### {kind.status} `{code}`"
    yield ""
    yield f"{kind.title}. {kind.when}"
    yield ""
    yield f"What to do: {kind.advice}"
    yield ""
    notes = [f"- `{name}`: {member.meaning}." for name, member in kind.members.items()]
    if kind.retry_after is not None:
        notes.append(f"- Header `Retry-After`: {kind.retry_after} (seconds).")
    if notes:
        yield from (*notes, "")
