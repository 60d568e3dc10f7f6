"""Several processes of one part: the first keeps its name and port, the others are `projector-2`, `projector-3`, ..."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final

from stack.parts import Part, Program

MOST: Final = 9
PORTS_APART: Final = 10
"""Between the usual ports of neighbours, so that no replica of one service wants the port of another service."""


def extended(program: Program, extras: Collection[str]) -> Program:
    """The program with these of its extras, before all others."""
    return replace(program, parts=(*(program.extras[name] for name in extras), *program.parts))


def scaled(program: Program, counts: Mapping[str, int]) -> Program:
    """The program with as many processes of each part as `counts` says under the part's `counted_as`; else one."""
    return replace(
        program,
        parts=tuple(
            replica for part in program.parts for replica in _replicas(part, counts.get(part.counted_as or "", 1))
        ),
    )


def may_be_named(program: Program, name: str) -> bool:
    """Whether a stack of this program can have a part of that name, however many processes it runs."""
    at_most = {part.counted_as: MOST for part in program.parts if part.counted_as}
    return name in scaled(extended(program, program.extras), at_most).names


def _replicas(part: Part, count: int) -> list[Part]:
    """The migration stays with the first: it runs once, before any of them starts."""
    others = [
        replace(
            part,
            name=f"{part.name}-{number}",
            usual_port=part.usual_port + PORTS_APART * (number - 1),
            migrate=None,
            admit=None,
        )
        for number in range(2, count + 1)
    ]
    return [part, *others]
