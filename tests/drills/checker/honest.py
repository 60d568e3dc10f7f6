"""Honest: only documented answers, every 503 with Retry-After; tokens are honoured, nobody sees time run back.

And what was told of an accepted command on its way is what the log says of it.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import orjson

from tests.drills.checker.evidence import Event, Log
from tests.drills.checker.finding import Finding
from tests.drills.checker.folding import command_after, token_after
from tests.drills.told import Command, Read

_COMMANDS: Final = frozenset({200, 201, 202, 400, 404, 409, 412, 422, 503})
_READS: Final = frozenset({200, 404, 503})


def check_honest(commands: Sequence[Command], reads: Sequence[Read], log: Log) -> Finding:
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
        as_wished = command.status >= 300 or command.later == (command.status == 202)
        finding.expect(as_wished, f"{what}, its caller {'does not wait' if command.later else 'waits'}")
    logged = {(one.aggregate[1], one.version): one for one in log.events if one.aggregate[0] == "command"}
    for read in reads:
        finding.counts["reads"] += 1
        finding.counts["reads with a token"] += read.token > 0
        what = f"a GET of {read.subject} by {read.client} was answered {read.status} {read.code}"
        finding.expect(read.status in _READS, what)
        finding.expect(read.status != 503 or read.retry_after, f"{what} without Retry-After")
        if read.status == 404:
            finding.expect(not read.token and not read.seen, f"{what}, though it had been seen or promised")
        if read.status == 200:
            finding.counts["reads answered"] += 1
            finding.expect(read.version >= read.token, f"{what} at version {read.version}, the token says {read.token}")
            finding.expect(read.version >= read.seen, f"{what} at version {read.version} after {read.seen}")
            if read.about == "commands":
                _check_told(finding, read, logged, what)
    return finding


def _check_told(finding: Finding, read: Read, logged: Mapping[tuple[str, int], Event], what: str) -> None:
    event = logged.get((read.subject, read.version))
    finding.counts["commands looked at"] += 1
    if event is None:
        finding.fault(f"{what} with version {read.version}, which the log does not have")
        return
    envelope = orjson.loads(event.raw)
    fine = orjson.loads(read.body) == command_after(envelope) and read.written == (token_after(envelope) or "")
    finding.expect(fine, f"{what} with version {read.version} otherwise than the log has it")
