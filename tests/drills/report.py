"""What came out of a drill, for people and for programs."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tests.drills.drill import Played
from tests.drills.memory import Sample, curve

_COLOURS = {"ok": "green", "violation": "red", "unknown": "yellow"}
PER_LINE = 10
CURVE = 60


@dataclass(slots=True)
class Report:
    """All rounds of one seed. `kept` are the folders of systems that show a violation."""

    seed: int
    rounds: list[Played] = field(default_factory=list)
    kept: list[Path] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def fine(self) -> bool:
        """Whether every verdict is ok."""
        return bool(self.rounds) and all(played.verdict == "ok" for played in self.rounds)

    def document(self) -> dict[str, Any]:
        """What is written to the file."""
        return {
            "seed": self.seed,
            "verdict": "ok" if self.fine else "not ok",
            "seconds": round(self.seconds, 1),
            "acknowledged": sum(played.acknowledged for played in self.rounds),
            "unknown_outcomes": sum(played.unknown for played in self.rounds),
            "kinds": dict(kinds(self.rounds)),
            "slowest_recovery_seconds": round(max((played.recovery for played in self.rounds), default=0.0), 2),
            "exits_by_themselves": sum(len(played.exits) for played in self.rounds),
            "redis_from_to": _memory(self.rounds),
            "kept": [str(folder) for folder in self.kept],
            "rounds": [_round(played) for played in self.rounds],
        }


def kinds(rounds: Sequence[Played]) -> Counter[str]:
    """How often each kind of fault has happened."""
    return Counter(proof.fault.kind for played in rounds for proof in played.proofs if proof.happened)


def write_report(file: Path, report: Report) -> None:
    """As JSON."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(report.document(), indent=2) + "\n", encoding="utf-8")


def progress_line(played: Played) -> str:
    """One line for a round that is over."""
    colour = _COLOURS[played.verdict]
    what = played.round.name or " + ".join(f"{one.kind} {one.target}" for one in played.round.faults) or "no fault"
    line = f"{played.round.number:4}  [{colour}]{played.verdict:9}[/{colour}]  {escape(what)}"
    line += (
        f"  [dim]{played.acknowledged} acknowledged, {played.recovery:.1f} s to recover, {played.seconds:.0f} s[/dim]"
    )
    line += f"  [yellow]{escape(', '.join(played.exits))}[/yellow]" if played.exits else ""
    wrong = [f"{one.invariant}: {fault}" for one in played.findings for fault in one.faults[:4]]
    return "\n        ".join([line, *map(escape, [*wrong, *([played.reason] if played.reason else [])])])


def print_report(console: Console, report: Report) -> None:
    """Faults by kind, invariants with what was compared, and the sum of it."""
    faults = Table("fault", "happened", "slowest recovery, s", box=box.SIMPLE, title=f"seed {report.seed}")
    for kind, count in sorted(kinds(report.rounds).items()):
        slowest = max(
            played.recovery for played in report.rounds if any(one.fault.kind == kind for one in played.proofs)
        )
        faults.add_row(kind, str(count), f"{slowest:.1f}")
    console.print(faults)
    table = Table("invariant", "violations", "compared", box=box.SIMPLE)
    for name, (violations, counts) in _invariants(report.rounds).items():
        shown = ", ".join(f"{count:,} {what}" for what, count in sorted(counts.items()))
        table.add_row(name, f"[{'red' if violations else 'green'}]{violations}[/]", shown)
    console.print(table)
    for line in memory_lines(report.rounds):
        console.print(line)
    document = report.document()
    verdicts = Counter(played.verdict for played in report.rounds)
    console.print(
        f"{len(report.rounds)} rounds ({', '.join(f'{count} {name}' for name, count in verdicts.items())}), "
        f"{len(document['kinds'])} kinds of fault, {document['acknowledged']:,} acknowledged commands, "
        f"{document['unknown_outcomes']} of unknown outcome, {document['exits_by_themselves']} exits by themselves, "
        f"{report.seconds:.0f} s",
        highlight=False,
    )
    for folder in report.kept:
        console.print(f"[red]kept for looking at:[/red] {folder}")


def memory_lines(rounds: Sequence[Played]) -> list[str]:
    """Redis' memory and the entries of its streams, ten rounds a line; all curves have the same scale."""
    every = [sample for played in rounds for sample in played.memory]
    if not every:
        return []
    tops = [max(values) for values in zip(*every, strict=True)]
    lines = [f"Redis from nought to {tops[0] / 2**20:.1f} MiB, and to {tops[1]:,} entries in streams of events"]
    for first in range(0, len(rounds), PER_LINE):
        some = rounds[first : first + PER_LINE]
        samples = [sample for played in some for sample in played.memory]
        used, entries = ([sample[place] for sample in samples] or [0] for place in (0, 1))
        name = f"{some[0].round.number}-{some[-1].round.number}"
        memory = f"{min(used) / 2**20:.1f} to {max(used) / 2**20:.1f} MiB"
        lines.append(f"{name:>9} {curve(used, tops[0]):{CURVE}} {memory}")
        lines.append(f"{'':9} {curve(entries, tops[1]):{CURVE}} {min(entries):,} to {max(entries):,} entries")
    return lines


def _memory(rounds: Sequence[Played]) -> dict[str, list[int]]:
    every = [sample for played in rounds for sample in played.memory]
    return {
        name: [min(values), max(values)] for name, values in zip(Sample._fields, zip(*every, strict=True), strict=False)
    }


def _invariants(rounds: Sequence[Played]) -> dict[str, tuple[int, Counter[str]]]:
    """Each check looks at all since its system began: what was compared is counted once, in a system's last round."""
    sums: dict[str, tuple[int, Counter[str]]] = {}
    for played in rounds:
        for finding in played.findings:
            violations, counts = sums.get(finding.invariant, (0, Counter()))
            added = finding.counts if played.is_last or finding.invariant == "by itself" else Counter[str]()
            sums[finding.invariant] = violations + finding.violations, counts + added
    return sums


def _round(played: Played) -> dict[str, Any]:
    return {
        "number": played.round.number,
        "name": played.round.name,
        "verdict": played.verdict,
        "reason": played.reason,
        "faults": [asdict(one.fault) | {"happened": one.happened, "proof": one.words} for one in played.proofs],
        "seconds": round(played.seconds, 1),
        "recovery_seconds": round(played.recovery, 2),
        "acknowledged": played.acknowledged,
        "unknown_outcomes": played.unknown,
        "exits_by_themselves": played.exits,
        "redis_memory_bytes": [sample.used for sample in played.memory],
        "redis_stream_entries": [sample.entries for sample in played.memory],
        "invariants": {
            finding.invariant: {
                "violations": finding.violations, "counts": dict(finding.counts), "faults": finding.faults
            }
            for finding in played.findings
        },
    }  # fmt: skip
