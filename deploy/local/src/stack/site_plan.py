"""Deciding where a stack runs before anything is started: ports, URLs, the engines' lodging."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from stack.failures import StackError
from stack.lodging import find_lodging
from stack.parts import Program, Site
from stack.ports import choose_port


@dataclass(frozen=True, slots=True)
class Plan:
    """The site, the port of every part that is ours, and lines for people about whatever is not as usual."""

    site: Site
    ports: Mapping[str, int]
    notes: tuple[str, ...]


def plan_site(program: Program, data: Path, environment: Mapping[str, str]) -> Plan:
    """Choose for every part its usual port or a free one, unless the environment gives its server.

    Raises StackError when something needed is missing on this machine.
    """
    urls: dict[str, str] = {}
    ports: dict[str, int] = {}
    notes: list[str] = []
    try:
        lodging = find_lodging(data)
        for part in program.parts:
            given = part.given_url(environment)
            if given is not None:
                urls[part.name] = given
                notes.append(f"{part.name} is the one that {part.given_by} names{part.if_given}")
                continue
            port = choose_port(part.usual_port)
            urls[part.name], ports[part.name] = part.as_admin(part.url_on(port), data), port
            if port != part.usual_port:
                notes.append(f"{part.name} listens on port {port}: {part.usual_port} is taken")
    except (LookupError, OSError) as error:
        raise StackError(str(error)) from error
    if lodging.moved:
        notes.append(f"the engines run as another user, who may not enter {data}: their data is in {lodging.folder}")
    return Plan(Site(data, lodging, urls, environment), ports, tuple(notes))
