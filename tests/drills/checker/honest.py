"""Honest: only documented answers, every 503 with Retry-After; tokens are honoured, nobody sees time run back."""

from collections.abc import Sequence
from typing import Final

from tests.drills.checker.finding import Finding
from tests.drills.told import Command, Read

_COMMANDS: Final = frozenset({200, 201, 400, 404, 409, 412, 422, 503})
_READS: Final = frozenset({200, 404, 503})


def check_honest(commands: Sequence[Command], reads: Sequence[Read]) -> Finding:
    """Every answer that came."""
    finding = Finding("honest")
    for command in commands:
        if not command.status:
            continue
        finding.counts[str(command.status)] += 1
        what = f"{command.kind} {command.request_id} was answered {command.status} {command.code}"
        finding.expect(command.status in _COMMANDS, what)
        finding.expect(command.well_formed, f"{what} in another form than documented")
        finding.expect(command.status != 503 or command.retry_after, f"{what} without Retry-After")
    for read in reads:
        finding.counts["reads"] += 1
        finding.counts["reads with a token"] += read.token > 0
        what = f"a GET of {read.order_id} by {read.client} was answered {read.status} {read.code}"
        finding.expect(read.status in _READS, what)
        finding.expect(read.status != 503 or read.retry_after, f"{what} without Retry-After")
        if read.status == 404:
            finding.expect(not read.token and not read.seen, f"{what}, though it had been seen or promised")
        if read.status == 200:
            finding.counts["reads answered"] += 1
            finding.expect(read.version >= read.token, f"{what} at version {read.version}, the token says {read.token}")
            finding.expect(read.version >= read.seen, f"{what} at version {read.version} after {read.seen}")
    return finding
