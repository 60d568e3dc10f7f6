"""What there is of generations, and how far each is."""

from dataclasses import dataclass

from query_api.application.generations.ports import Generations
from query_api.application.generations.standing import Live, Report


@dataclass(frozen=True, slots=True)
class Status:
    """All generations, by number."""

    live: Live
    reports: list[Report]

    def events_behind(self, report: Report) -> dict[int, int]:
        """By partition, how many events that the live generation has applied this one has not."""
        (live,) = (one.standing for one in self.reports if one.standing.generation == self.live.generation)
        return report.standing.behind(live)


def status(generations: Generations, *, exact: bool) -> Status:
    """All generations; with `exact`, their rows are counted."""
    return Status(generations.live(), [generations.report(name, exact=exact) for name in generations.names()])
